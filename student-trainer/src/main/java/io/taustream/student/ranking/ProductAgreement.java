package io.taustream.student.ranking;

/** f(k·Δs·Δt). */
public record ProductAgreement(Curve curve, double steepness) implements Agreement {
  @Override
  public void evaluate(float[] s, float[] t, int i, int from, int length, PairBuffers pairs) {
    float[] x = pairs.argument;
    float[] weight = pairs.weight;
    float[] slope = pairs.slope;
    float k = (float) steepness;
    float si = s[i];
    float ti = t[i];
    for (int j = 0; j < length; j++) {
      float difference = ti - t[from + j];
      weight[j] = difference;
      x[j] = k * (si - s[from + j]) * difference;
    }
    curve.evaluate(x, length, pairs.agreement, slope);
    for (int j = 0; j < length; j++) {
      slope[j] *= weight[j];
    }
  }
}
