package io.taustream.student.ranking;

/** x / √(1 + x²); slope (1 + x²)^−3/2. */
public final class AlgebraicCurve extends Curve {
  // Where f is 1 to the last bit and x² still far from overflow.
  private static final float LARGEST = 1e9f;

  @Override
  void evaluate(float[] x, int length, float[] value, float[] slope) {
    for (int j = 0; j < length; j++) {
      float c = Math.max(-LARGEST, Math.min(LARGEST, x[j]));
      float r = 1f / (float) Math.sqrt(1f + c * c);
      value[j] = c * r;
      slope[j] = r * r * r;
    }
  }
}
