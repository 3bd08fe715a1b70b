package io.taustream.student.ranking;

import java.util.Arrays;

/**
 * A curve as a sum of exponentials: f(x) ≈ 1 − Σₙ wₙ · e^(−n·r·x) for x ≥ 0, n = 1 … N, with
 * weights that add to 1, so that f(0) = 0, and f(−x) = −f(x). Its slope is r · Σₙ n·wₙ ·
 * e^(−n·r·|x|).
 *
 * <p>The exponents are multiples of one, so that with y = e^(−r·x) it is a polynomial in y on [0,
 * 1] without a constant term. Immutable.
 */
final class ExponentialSeries {
  private final double rate;
  private final double[] weights;

  /**
   * @param rate r, above zero
   * @param weights w₁ … w_N
   */
  ExponentialSeries(double rate, double... weights) {
    if (!(Math.abs(Arrays.stream(weights).sum() - 1) < 1e-12)) {
      throw new IllegalArgumentException(
          "weights " + Arrays.toString(weights) + " do not add to 1");
    }
    this.rate = rate;
    this.weights = weights.clone();
  }

  /** r. */
  double rate() {
    return rate;
  }

  /** N. */
  int terms() {
    return weights.length;
  }

  /** wₙ, n from 1 to N. */
  double weight(int n) {
    return weights[n - 1];
  }
}
