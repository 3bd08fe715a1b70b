package io.taustream.student.ranking;

import java.util.Arrays;

/**
 * Running sums over the channels j of one half that a sweep has passed: Bₙₘ = Σⱼ zⱼⁿ · pⱼᵐ, with z
 * the exponential of the student's logit against a reference, and p that of the teacher's logit
 * against the split. From them a channel i of the other half has all its pairs with those j at
 * once.
 */
final class Moments {
  private static final int STRIDE = 3;

  private final ExponentialSeries series;
  private final int terms;
  private final double[] fadeWeights;
  // By m, then by n: the coefficients of a polynomial lie together.
  private final double[][] sums;
  private final double[] coefficients;
  private final double[] power;
  private final double[] result;

  /**
   * @param capacity of the sides
   * @param fadeWeights cₘ: the teacher's factor is Σₘ cₘ · (fade of i)ᵐ · (fade of j)ᵐ
   */
  Moments(ExponentialSeries series, double[] fadeWeights, int capacity) {
    this.series = series;
    this.fadeWeights = fadeWeights;
    terms = (series.terms() + STRIDE - 1) / STRIDE * STRIDE;
    sums = new double[fadeWeights.length][series.terms() + 1];
    coefficients = new double[terms];
    power = new double[capacity];
    result = new double[capacity];
  }

  void clear() {
    for (double[] sum : sums) {
      Arrays.fill(sum, 0);
    }
  }

  /** Moves the reference on: {@code factor} is e^(−r·k·distance), at most 1. */
  void decay(double factor) {
    for (double[] sum : sums) {
      double power = 1;
      for (int n = 1; n < sum.length; n++) {
        power *= factor;
        sum[n] *= power;
      }
    }
  }

  /** Takes the channels of a side in, z being {@code growing}. */
  void add(Side side, double[] growing) {
    int size = side.size;
    Arrays.fill(power, 0, size, 1);
    for (int n = 0; n <= series.terms(); n++) {
      for (int m = 0; m < sums.length; m++) {
        sums[m][n] += dot(power, side.fade[m], size);
      }
      for (int e = 0; e < size; e++) {
        power[e] *= growing[e];
      }
    }
  }

  /** Adds f′ times the teacher's factor, over r, to the slopes of a side of the other half. */
  void addSlopes(Side side, double[] shrinking) {
    int size = side.size;
    double[] slope = side.slope;
    for (int m = 0; m < sums.length; m++) {
      double[] sum = sums[m];
      for (int n = 1; n < sum.length; n++) {
        coefficients[n - 1] = fadeWeights[m] * n * series.weight(n) * sum[n];
      }
      polynomial(shrinking, size);
      double[] fade = side.fade[m];
      for (int e = 0; e < size; e++) {
        slope[e] += fade[e] * result[e];
      }
    }
  }

  /** The sum of f times the teacher's factor over the pairs with a side of the other half. */
  double value(Side side, double[] shrinking) {
    int size = side.size;
    double total = 0;
    for (int m = 0; m < sums.length; m++) {
      double[] sum = sums[m];
      for (int n = 1; n < sum.length; n++) {
        coefficients[n - 1] = fadeWeights[m] * series.weight(n) * sum[n];
      }
      polynomial(shrinking, size);
      double[] fade = side.fade[m];
      double constant = fadeWeights[m] * sum[0];
      for (int e = 0; e < size; e++) {
        result[e] = constant - result[e];
      }
      total += dot(result, fade, size);
    }
    return total;
  }

  /** Horner's rule for Σₙ coefficientₙ · yⁿ, n from 1, into {@link #result}. */
  private void polynomial(double[] y, int size) {
    double[] out = result;
    Arrays.fill(out, 0, size, 0);
    // Three steps a loop: fewer would move more data than they compute.
    for (int n = terms - STRIDE; n >= 0; n -= STRIDE) {
      double low = coefficients[n];
      double middle = coefficients[n + 1];
      double high = coefficients[n + 2];
      for (int e = 0; e < size; e++) {
        double x = y[e];
        out[e] = (((out[e] + high) * x + middle) * x + low) * x;
      }
    }
  }

  private static double dot(double[] a, double[] b, int size) {
    double s0 = 0;
    double s1 = 0;
    double s2 = 0;
    double s3 = 0;
    int e = 0;
    for (; e < size - 3; e += 4) {
      s0 += a[e] * b[e];
      s1 += a[e + 1] * b[e + 1];
      s2 += a[e + 2] * b[e + 2];
      s3 += a[e + 3] * b[e + 3];
    }
    for (; e < size; e++) {
      s0 += a[e] * b[e];
    }
    return (s0 + s1) + (s2 + s3);
  }
}
