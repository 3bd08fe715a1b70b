package io.taustream.student.ranking;

/** x / (1 + |x|); slope (1 + |x|)^−2. */
public final class SoftsignCurve extends Curve {
  @Override
  void evaluate(float[] x, int length, float[] value, float[] slope) {
    for (int j = 0; j < length; j++) {
      float c = x[j];
      float r = 1f / (1f + Math.abs(c));
      value[j] = c * r;
      slope[j] = r * r;
    }
  }
}
