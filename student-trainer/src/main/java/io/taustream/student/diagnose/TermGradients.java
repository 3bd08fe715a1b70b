package io.taustream.student.diagnose;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The gradients of a loss's terms with respect to the student's logits on one batch. With g the
 * gradient of a term, B × C, without its weight:
 *
 * <ul>
 *   <li>share of a group of ranks: Σ_b Σ_{r in group} |g_{b,(r)}| / Σ_b Σ_c |g_{b,c}|, where
 *       channel (r) is the one of rank r in the teacher's row;
 *   <li>norm: weight · ‖g‖₂ over all of B × C;
 *   <li>cosine of two terms: ⟨g, h⟩ / (‖g‖₂ · ‖h‖₂) over all of B × C.
 * </ul>
 *
 * <p>Immutable. Maps keep the order of the terms; their keys are the terms' names in the metrics.
 *
 * @param groups of the ranks
 * @param shares for each term a share for each group, in [0, 1], adding to 1; a term whose gradient
 *     is zero is left out
 * @param norms of each term, zero or above
 * @param cosines of each pair of terms, in [−1, 1], by {@code first/second} such as {@code
 *     kl/kendall}, the earlier term first; pairs with a zero gradient are left out
 */
public record TermGradients(
    RankGroups groups,
    Map<String, List<Double>> shares,
    Map<String, Double> norms,
    Map<String, Double> cosines) {
  public TermGradients {
    Map<String, List<Double>> copies = new LinkedHashMap<>();
    shares.forEach((term, values) -> copies.put(term, List.copyOf(values)));
    shares = Collections.unmodifiableMap(copies);
    norms = Collections.unmodifiableMap(new LinkedHashMap<>(norms));
    cosines = Collections.unmodifiableMap(new LinkedHashMap<>(cosines));
  }
}
