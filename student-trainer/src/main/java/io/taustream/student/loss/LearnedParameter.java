package io.taustream.student.loss;

/**
 * A number that a loss learns while the student trains. It belongs to the trained state and not to
 * the loss: {@link LearnedParameters} holds it.
 *
 * @param name its own among all terms of a weighted loss
 * @param initial its value before the first step
 */
public record LearnedParameter(String name, double initial) {}
