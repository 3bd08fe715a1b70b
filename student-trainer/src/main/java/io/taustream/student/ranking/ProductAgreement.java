package io.taustream.student.ranking;

/** f(k·Δs·Δt). */
public record ProductAgreement(Curve curve, double steepness) implements Agreement {
  @Override
  public void put(float[] s, float[] t, int i, int from, int length, PairBuffers pairs, int at) {
    float[] x = pairs.argument;
    float[] weight = pairs.weight;
    float k = (float) steepness;
    float si = s[i];
    float ti = t[i];
    for (int j = 0; j < length; j++) {
      float difference = ti - t[from + j];
      weight[at + j] = difference;
      x[at + j] = k * (si - s[from + j]) * difference;
    }
  }

  @Override
  public void evaluate(int length, PairBuffers pairs) {
    float[] slope = pairs.slope;
    float[] weight = pairs.weight;
    curve.evaluate(pairs.argument, length, pairs.agreement, slope);
    for (int j = 0; j < length; j++) {
      slope[j] *= weight[j];
    }
  }
}
