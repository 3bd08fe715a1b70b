package io.taustream.student.ranking;

import java.util.Arrays;

/**
 * Running sums over the channels j of one half that a sweep has passed: Bₘₙ = Σⱼ φₘ(j) · zⱼⁿ, with
 * z the exponential of the student's logit against a reference, and φₘ what the teacher's logit
 * comes to against the split. From them a channel i of the other half has all its pairs with those
 * j at once, as Σₘ (−1)ᵐ · φₘ(i) · (Bₘ₀ − Σₙ wₘₙ · zᵢ⁻ⁿ · Bₘₙ).
 *
 * <p>Index n − 1 is of n. Loops are unrolled by three, since a sum of one term after the other
 * would wait for each.
 */
final class Moments {
  // Bₘ₀, and by m the others.
  private final double[] constants;
  private final double[][] sums;
  private double value;
  private double slope;

  /**
   * @param split how many m there are, and n to each
   */
  Moments(SplitForm split) {
    constants = new double[split.terms()];
    sums = new double[split.terms()][];
    for (int m = 0; m < sums.length; m++) {
      sums[m] = new double[split.products().get(m).series().terms()];
    }
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
      for (int n = 0; n < sum.length; n++) {
        power *= factor;
        sum[n] *= power;
      }
    }
  }

  /**
   * Takes a channel in.
   *
   * @param powers zⁿ
   * @param fades φₘ of all channels, one m behind the other
   * @param at the channel
   */
  void add(double[] powers, double[] fades, int at) {
    int stride = fades.length / sums.length;
    for (int m = 0; m < sums.length; m++) {
      double fade = fades[at + m * stride];
      constants[m] += fade;
      double[] sum = sums[m];
      int n = 0;
      for (; n < sum.length - 2; n += 3) {
        sum[n] += fade * powers[n];
        sum[n + 1] += fade * powers[n + 1];
        sum[n + 2] += fade * powers[n + 2];
      }
      for (; n < sum.length; n++) {
        sum[n] += fade * powers[n];
      }
    }
  }

  /**
   * What a channel of the other half has with all channels taken in: sets {@link #value()} and
   * {@link #slope()}.
   *
   * @param weighted by m: wₘₙ · z⁻ⁿ
   */
  void evaluate(double[][] weighted, double[] fades, int at) {
    int stride = fades.length / sums.length;
    double totalValue = 0;
    double totalSlope = 0;
    for (int m = 0; m < sums.length; m++) {
      double[] sum = sums[m];
      double[] factors = weighted[m];
      double valueOfM = 0;
      double slopeOfM = 0;
      double order = 1;
      int n = 0;
      for (; n < sum.length - 2; n += 3) {
        double second = factors[n + 1] * sum[n + 1];
        double third = factors[n + 2] * sum[n + 2];
        double all = factors[n] * sum[n] + second + third;
        valueOfM += all;
        slopeOfM += order * all + (second + 2 * third);
        order += 3;
      }
      for (; n < sum.length; n++) {
        double term = factors[n] * sum[n];
        valueOfM += term;
        slopeOfM += order * term;
        order++;
      }
      double fade = SplitForm.sign(m) * fades[at + m * stride];
      totalValue += fade * (constants[m] - valueOfM);
      totalSlope += fade * slopeOfM;
    }
    value = totalValue;
    slope = totalSlope;
  }

  /**
   * {@link #slope()} alone, without the value.
   *
   * @param weighted by m: n · wₘₙ · z⁻ⁿ
   */
  double slope(double[][] weighted, double[] fades, int at) {
    int stride = fades.length / sums.length;
    double total = 0;
    for (int m = 0; m < sums.length; m++) {
      double[] sum = sums[m];
      double[] factors = weighted[m];
      double slopeOfM = 0;
      int n = 0;
      for (; n < sum.length - 2; n += 3) {
        slopeOfM += factors[n] * sum[n] + factors[n + 1] * sum[n + 1] + factors[n + 2] * sum[n + 2];
      }
      for (; n < sum.length; n++) {
        slopeOfM += factors[n] * sum[n];
      }
      total += SplitForm.sign(m) * fades[at + m * stride] * slopeOfM;
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
