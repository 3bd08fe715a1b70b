package io.taustream.student.ranking;

import java.util.Optional;

/** f(k·Δs) · f(k·Δt). */
public final class FactoredAgreement extends Agreement {
  private static final int MERGE_FROM = 400;

  /**
   * @param steepness k, above zero
   */
  public FactoredAgreement(Curve curve, double steepness) {
    super(curve, steepness);
  }

  @Override
  Optional<Separation> separation() {
    return curve.split().map(split -> new Separation(split, MERGE_FROM));
  }

  @Override
  void put(float[] s, float[] t, int i, int from, int length, PairBuffers pairs, int at) {
    float[] x = pairs.argument;
    float[] weight = pairs.weight;
    float k = (float) steepness;
    float si = s[i];
    float ti = t[i];
    for (int j = 0; j < length; j++) {
      x[at + j] = k * (si - s[from + j]);
      weight[at + j] = k * (ti - t[from + j]);
    }
  }

  @Override
  void evaluate(int length, PairBuffers pairs) {
    float[] agreement = pairs.agreement;
    float[] slope = pairs.slope;
    float[] weight = pairs.weight;
    curve.evaluate(weight, length, weight, slope);
    curve.evaluate(pairs.argument, length, agreement, slope);
    for (int j = 0; j < length; j++) {
      agreement[j] *= weight[j];
      slope[j] *= weight[j];
    }
  }
}
