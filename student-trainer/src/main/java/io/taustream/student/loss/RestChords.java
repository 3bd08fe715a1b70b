package io.taustream.student.loss;

import java.util.Comparator;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/**
 * ℓ(β) = log Σ exp(β·rⱼ) of the n logits r outside the k of a top-k label, at any β, from its
 * values at the stored β = 1 / T: the one definition that losses and evaluation share.
 *
 * <p>ℓ is convex and ℓ(0) = log n, so that the lines through neighbouring known points lie above it
 * between these points and below it elsewhere. ℓ is taken as the largest of them: exact at the
 * known points, too large between them, too small beyond the largest β, where the last line goes
 * on. With n = 1 and wherever all r are the same it is exact everywhere.
 *
 * <p>Immutable, thread-safe.
 */
public final class RestChords {
  private final double[] betas;
  // The place of each β in a label: rising β are falling temperatures.
  private final int[] places;
  private final double logCount;

  /**
   * @param temperatures the stored T, positive, no two equal, in the order of a label's values
   * @param count n, above zero
   */
  public RestChords(double[] temperatures, long count) {
    places =
        IntStream.range(0, temperatures.length)
            .boxed()
            .sorted(Comparator.comparingDouble((Integer i) -> temperatures[i]).reversed())
            .mapToInt(Integer::intValue)
            .toArray();
    betas = IntStream.of(places).mapToDouble(place -> 1 / temperatures[place]).toArray();
    logCount = Math.log((double) count);
  }

  /** How many lines a label has: one for each stored temperature. */
  int lines() {
    return betas.length;
  }

  /**
   * The lines of a label.
   *
   * @param known ℓ(1 / T) by the place of T
   * @param intercepts receives {@link #lines} numbers from {@code from} on
   * @param slopes likewise
   */
  void lines(IntToDoubleFunction known, double[] intercepts, double[] slopes, int from) {
    double before = logCount;
    double betaBefore = 0;
    for (int i = 0; i < betas.length; i++) {
      double value = known.applyAsDouble(places[i]);
      double slope = (value - before) / (betas[i] - betaBefore);
      slopes[from + i] = slope;
      intercepts[from + i] = before - slope * betaBefore;
      before = value;
      betaBefore = betas[i];
    }
  }

  /**
   * ℓ(β) of a label.
   *
   * @param known ℓ(1 / T) by the place of T
   * @param beta zero or above
   */
  public double at(IntToDoubleFunction known, double beta) {
    double[] intercepts = new double[betas.length];
    double[] slopes = new double[betas.length];
    lines(known, intercepts, slopes, 0);
    double largest = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < betas.length; i++) {
      largest = Math.max(largest, intercepts[i] + slopes[i] * beta);
    }
    return largest;
  }
}
