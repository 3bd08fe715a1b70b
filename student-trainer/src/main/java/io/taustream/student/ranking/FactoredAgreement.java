package io.taustream.student.ranking;

/** f(k·Δs) · f(k·Δt). */
public record FactoredAgreement(Curve curve, double steepness) implements Agreement {
  @Override
  public void evaluate(OrderedRow row, int i, int from, int length, PairBuffers pairs) {
    float[] x = pairs.argument;
    float[] weight = pairs.weight;
    float[] agreement = pairs.agreement;
    float[] slope = pairs.slope;
    float[] s = row.student;
    float[] t = row.teacher;
    float k = (float) steepness;
    float si = s[i];
    float ti = t[i];
    for (int j = 0; j < length; j++) {
      x[j] = k * (ti - t[from + j]);
    }
    curve.evaluate(x, length, weight, slope);
    for (int j = 0; j < length; j++) {
      x[j] = k * (si - s[from + j]);
    }
    curve.evaluate(x, length, agreement, slope);
    for (int j = 0; j < length; j++) {
      agreement[j] *= weight[j];
      slope[j] *= weight[j];
    }
  }
}
