package io.taustream.student.ranking;

/** tanh(x); slope 1 − tanh²(x). */
public record TanhCurve() implements Curve {
  // A little more than the slope 4e^−20 where the argument is cut off: a saturated pair has none,
  // however large the difference that multiplies it.
  private static final float FLAT = 8.5e-9f;

  @Override
  public double value(double x) {
    return Math.tanh(x);
  }

  @Override
  public double slope(double x) {
    // 1 − tanh² would lose the tail to rounding.
    double e = Math.exp(-2 * Math.abs(x));
    return 4 * e / ((1 + e) * (1 + e));
  }

  @Override
  public void evaluate(float[] x, int length, float[] value, float[] slope) {
    for (int j = 0; j < length; j++) {
      float h = Math.max(-HalfTanh.LARGEST, Math.min(HalfTanh.LARGEST, 0.5f * x[j]));
      float u = h * h;
      float p = h * (HalfTanh.P0 + u * (HalfTanh.P1 + u * (HalfTanh.P2 + u * HalfTanh.P3)));
      float q = 1f + u * (HalfTanh.Q1 + u * (HalfTanh.Q2 + u * HalfTanh.Q3));
      float r = 1f / (p * p + q * q);
      float root = (q - p) * (q + p) * r;
      value[j] = 2f * p * q * r;
      slope[j] = Math.max(0f, root * root - FLAT);
    }
  }
}
