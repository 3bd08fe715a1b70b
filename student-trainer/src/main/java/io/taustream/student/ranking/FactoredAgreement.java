package io.taustream.student.ranking;

import java.util.Optional;

/** f(k·Δs) · f(k·Δt). */
public record FactoredAgreement(Curve curve, double steepness) implements Agreement {
  private static final int MERGE_FROM = 400;

  @Override
  public Optional<Separation> separation() {
    return curve
        .series()
        .flatMap(series -> curve.split().map(split -> new Separation(series, split, MERGE_FROM)));
  }

  @Override
  public void put(float[] s, float[] t, int i, int from, int length, PairBuffers pairs, int at) {
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
  public void evaluate(int length, PairBuffers pairs) {
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
