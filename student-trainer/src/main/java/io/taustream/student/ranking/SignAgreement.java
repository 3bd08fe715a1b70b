package io.taustream.student.ranking;

/** f(k·Δs) · sign(Δt). */
public record SignAgreement(Curve curve, double steepness) implements Agreement {
  @Override
  public void evaluate(OrderedRow row, int i, int from, int length, PairBuffers pairs) {
    // The teacher's sign is +1 for all: ties are not among them.
    float[] x = pairs.argument;
    float[] s = row.student;
    float k = (float) steepness;
    float si = s[i];
    for (int j = 0; j < length; j++) {
      x[j] = k * (si - s[from + j]);
    }
    curve.evaluate(x, length, pairs.agreement, pairs.slope);
  }
}
