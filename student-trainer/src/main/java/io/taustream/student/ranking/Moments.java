package io.taustream.student.ranking;

import java.util.Arrays;

/**
 * Running sums over the channels j of one half that a sweep has passed: Bₘₙ = Σⱼ φₘ(j) · zⱼⁿ, with
 * z the exponential of the student's logit against a reference, and φₘ what the teacher's logit
 * comes to against the split. From them a channel i of the other half has all its pairs with those
 * j at once, as Σₘ (−1)ᵐ · φₘ(i) · Σₙ wₙ · zᵢ⁻ⁿ · Bₘₙ.
 */
final class Moments {
  /** What arrays over n are filled up to a multiple of, with zeros; index n − 1 is of n. */
  static final int STRIDE = 3;

  private final int terms;
  private final double[] constants;
  // By m; a polynomial in z lies together.
  private final double[][] sums;
  private double value;
  private double slope;

  /**
   * @param terms N, a multiple of {@link #STRIDE}
   * @param fades how many φₘ there are
   */
  Moments(int terms, int fades) {
    this.terms = terms;
    constants = new double[fades];
    sums = new double[fades][terms];
  }

  void clear() {
    Arrays.fill(constants, 0);
    for (double[] sum : sums) {
      Arrays.fill(sum, 0);
    }
  }

  /** Moves the reference on: {@code factor} is e^(−r·k·distance), at most 1. */
  void decay(double factor) {
    for (double[] sum : sums) {
      double power = 1;
      for (int n = 0; n < terms; n++) {
        power *= factor;
        sum[n] *= power;
      }
    }
  }

  /**
   * Takes a channel in.
   *
   * @param powers zⁿ
   * @param fades φₘ, from {@code at} on
   */
  void add(double[] powers, double[] fades, int at) {
    for (int m = 0; m < constants.length; m++) {
      double fade = fades[at + m];
      constants[m] += fade;
      double[] sum = sums[m];
      for (int n = 0; n < terms; n += STRIDE) {
        sum[n] += fade * powers[n];
        sum[n + 1] += fade * powers[n + 1];
        sum[n + 2] += fade * powers[n + 2];
      }
    }
  }

  /**
   * What a channel of the other half has with all channels taken in: sets {@link #value()} and
   * {@link #slope()}.
   *
   * @param weighted wₙ · z⁻ⁿ
   */
  void evaluate(double[] weighted, double[] fades, int at) {
    double totalValue = 0;
    double totalSlope = 0;
    for (int m = 0; m < constants.length; m++) {
      double[] sum = sums[m];
      double valueOfM = 0;
      double slopeOfM = 0;
      double order = 1;
      for (int n = 0; n < terms; n += STRIDE) {
        double second = weighted[n + 1] * sum[n + 1];
        double third = weighted[n + 2] * sum[n + 2];
        double all = weighted[n] * sum[n] + second + third;
        valueOfM += all;
        slopeOfM += order * all + (second + 2 * third);
        order += STRIDE;
      }
      double fade = SplitForm.sign(m) * fades[at + m];
      totalValue += fade * (constants[m] - valueOfM);
      totalSlope += fade * slopeOfM;
    }
    value = totalValue;
    slope = totalSlope;
  }

  /**
   * {@link #slope()} alone, without the value.
   *
   * @param weighted n · wₙ · z⁻ⁿ
   */
  double slope(double[] weighted, double[] fades, int at) {
    double total = 0;
    for (int m = 0; m < constants.length; m++) {
      double[] sum = sums[m];
      double slopeOfM = 0;
      for (int n = 0; n < terms; n += STRIDE) {
        slopeOfM +=
            weighted[n] * sum[n] + weighted[n + 1] * sum[n + 1] + weighted[n + 2] * sum[n + 2];
      }
      total += SplitForm.sign(m) * fades[at + m] * slopeOfM;
    }
    return total;
  }

  /** Σ f · g over the channels taken in, f's sign left out. */
  double value() {
    return value;
  }

  /** Σ f′ · g / r over them. */
  double slope() {
    return slope;
  }
}
