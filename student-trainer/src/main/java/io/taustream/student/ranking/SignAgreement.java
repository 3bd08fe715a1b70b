package io.taustream.student.ranking;

import java.util.Optional;

/** f(k·Δs) · sign(Δt). */
public record SignAgreement(Curve curve, double steepness) implements Agreement {
  private static final int MERGE_FROM = 400;

  @Override
  public Optional<Separation> separation() {
    return curve.series().map(series -> new Separation(series, SplitForm.ONE, MERGE_FROM));
  }

  @Override
  public void put(float[] s, float[] t, int i, int from, int length, PairBuffers pairs, int at) {
    // The teacher's sign is +1 for all: ties are not among them.
    float[] x = pairs.argument;
    float k = (float) steepness;
    float si = s[i];
    for (int j = 0; j < length; j++) {
      x[at + j] = k * (si - s[from + j]);
    }
  }

  @Override
  public void evaluate(int length, PairBuffers pairs) {
    curve.evaluate(pairs.argument, length, pairs.agreement, pairs.slope);
  }
}
