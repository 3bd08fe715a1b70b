package io.taustream.student.ranking;

import java.util.Optional;

/** f(k·Δs) · sign(Δt). */
public final class SignAgreement extends Agreement {
  private static final int MERGE_FROM = 400;

  /**
   * @param steepness k, above zero
   */
  public SignAgreement(Curve curve, double steepness) {
    super(curve, steepness);
  }

  @Override
  Optional<Separation> separation() {
    return curve.series().map(series -> new Separation(SplitForm.one(series), MERGE_FROM));
  }

  @Override
  void put(float[] s, float[] t, int i, int from, int length, PairBuffers pairs, int at) {
    // The teacher's sign is +1 for all: ties are not among them.
    float[] x = pairs.argument;
    float k = (float) steepness;
    float si = s[i];
    for (int j = 0; j < length; j++) {
      x[at + j] = k * (si - s[from + j]);
    }
  }

  @Override
  void evaluate(int length, PairBuffers pairs) {
    curve.evaluate(pairs.argument, length, pairs.agreement, pairs.slope);
  }
}
