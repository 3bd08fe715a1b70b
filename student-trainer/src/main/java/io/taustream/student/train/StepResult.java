package io.taustream.student.train;

import io.taustream.student.diagnose.TermGradients;
import java.util.Map;
import java.util.Optional;

/**
 * What one training step did.
 *
 * @param step its number, from 1, over the whole run
 * @param loss the weighted loss, a mean over the batch, before the update
 * @param terms each loss term's value without its weight, by name
 * @param learningRate the rate of the update
 * @param gradientNorm Euclidean, over all parameters, those that the loss learns too, without
 *     weight decay
 * @param samples in the batch
 * @param through samples of the epoch that had been taken when the batch was full: where a resumed
 *     run goes on after this step
 * @param seconds that the step took
 * @param gradients of the loss's terms, where this step was diagnosed
 */
public record StepResult(
    long step,
    double loss,
    Map<String, Double> terms,
    double learningRate,
    double gradientNorm,
    int samples,
    long through,
    double seconds,
    Optional<TermGradients> gradients) {}
