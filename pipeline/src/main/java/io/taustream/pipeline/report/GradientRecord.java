package io.taustream.pipeline.report;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Where the gradient of each loss term falls, with respect to the student's logits, on the batch of
 * one step in twenty: kind {@code gradient}. A run without a teacher has no such line. Numbers have
 * five significant digits.
 *
 * @param step the step, from 1, before whose update the logits were computed
 * @param epoch the epoch that it belongs to, from 0
 * @param ranks the last rank of each group of the teacher's ranks, rising: {@code [1,2,3,5,10]} are
 *     the ranks 1, 2, 3, 4–5 and 6–10; the last one is the number of classes
 * @param shares for each term, by its name, the share of its absolute gradient that falls on each
 *     group, adding to 1; a term whose gradient is zero is left out
 * @param norms the Euclidean norm of each term's gradient over the batch, times the term's weight
 * @param cosines the cosine between the gradients of two terms over the batch, from −1 to 1, by
 *     {@code first/second} such as {@code kl/kendall}; left out where a gradient is zero
 */
public record GradientRecord(
    long step,
    int epoch,
    List<Integer> ranks,
    Map<String, List<Double>> shares,
    Map<String, Double> norms,
    Map<String, Double> cosines)
    implements MetricRecord {
  public GradientRecord {
    // Not Map.copyOf: the terms keep the order of the configuration.
    ranks = ranks == null ? List.of() : List.copyOf(ranks);
    shares = shares == null ? Map.of() : Collections.unmodifiableMap(new LinkedHashMap<>(shares));
    norms = norms == null ? Map.of() : Collections.unmodifiableMap(new LinkedHashMap<>(norms));
    cosines =
        cosines == null ? Map.of() : Collections.unmodifiableMap(new LinkedHashMap<>(cosines));
  }
}
