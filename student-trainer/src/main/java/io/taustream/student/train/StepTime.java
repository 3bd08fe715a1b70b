package io.taustream.student.train;

/**
 * When in training a step is, and what follows from it.
 *
 * @param epoch epochs trained before the step, zero or above; 1.5 is the middle of the second epoch
 * @param learningRate zero or above
 */
public record StepTime(double epoch, double learningRate) {}
