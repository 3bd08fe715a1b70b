package io.taustream.student.ranking;

/** erf(x); slope (2/√π) · e^−x². */
public final class ErfCurve extends Curve {
  // erf(4) is 1 within 2·10⁻⁸.
  private static final float LARGEST = 4f;
  // A little more than e^−20, as in TanhCurve.
  private static final float FLAT = 2.2e-9f;
  private static final double SLOPE = 2 / Math.sqrt(Math.PI);

  // erf(x) ≈ x · N(x²) / D(x²) for |x| ≤ 4, off by at most 3·10⁻⁸: a minimax fit.
  private static final float N0 = 1.128379f;
  private static final float N1 = 0.19624344f;
  private static final float N2 = 0.05346649f;
  private static final float N3 = 0.004003313f;
  private static final float N4 = 0.0002880183f;
  private static final float N5 = 1.9746865e-6f;
  private static final float D1 = 0.5072474f;
  private static final float D2 = 0.11647389f;
  private static final float D3 = 0.015443802f;
  private static final float D4 = 0.0012162478f;
  private static final float D5 = 3.747812e-5f;

  @Override
  void evaluate(float[] x, int length, float[] value, float[] slope) {
    // Two loops: one with both rationals is too long for the compiler to vectorise.
    for (int j = 0; j < length; j++) {
      // e^−x² as in LaplaceCurve.
      float h = Math.min(HalfTanh.LARGEST, 0.25f * x[j] * x[j]);
      float u = h * h;
      float p = h * (HalfTanh.P0 + u * (HalfTanh.P1 + u * (HalfTanh.P2 + u * HalfTanh.P3)));
      float z = p / (1f + u * (HalfTanh.Q1 + u * (HalfTanh.Q2 + u * HalfTanh.Q3)));
      float root = (1f - z) / (1f + z);
      slope[j] = (float) SLOPE * Math.max(0f, root * root - FLAT);
    }
    for (int j = 0; j < length; j++) {
      float c = Math.max(-LARGEST, Math.min(LARGEST, x[j]));
      float u = c * c;
      float numerator = N0 + u * (N1 + u * (N2 + u * (N3 + u * (N4 + u * N5))));
      float denominator = 1f + u * (D1 + u * (D2 + u * (D3 + u * (D4 + u * D5))));
      value[j] = c * numerator / denominator;
    }
  }
}
