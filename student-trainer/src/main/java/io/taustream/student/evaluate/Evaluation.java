package io.taustream.student.evaluate;

import io.taustream.student.diagnose.SampleOutcomes;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What an evaluation found. Shares and correlations are fractions, not percentages. Empty values
 * had no sample to be taken from.
 *
 * @param samples all rows
 * @param labelled rows with a label, over which {@code top1} to {@code ece} and {@code confusion}
 *     are taken
 * @param top1 share of rows whose largest logit is the label's; of equal logits the lower class
 *     wins
 * @param top5 share of rows whose label is among the largest 5, or C if there are fewer classes
 * @param nll negative log-likelihood of the label, in nats, a mean
 * @param ece expected calibration error over 15 bins
 * @param agreement share of rows with the teacher's prediction
 * @param kendallTau Kendall's τ-b with the teacher's logits, a mean over the rows where it is
 *     defined; with top-k labels over the pairs whose order they know
 * @param outcomes of each sample, in the order added; absent without a teacher
 */
public record Evaluation(
    long samples,
    long labelled,
    OptionalDouble top1,
    OptionalDouble top5,
    OptionalDouble nll,
    OptionalDouble ece,
    OptionalDouble agreement,
    OptionalDouble kendallTau,
    ConfusionMatrix confusion,
    Optional<SampleOutcomes> outcomes) {}
