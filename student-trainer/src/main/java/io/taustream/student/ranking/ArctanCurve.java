package io.taustream.student.ranking;

/** (2/π) · arctan(x); slope (2/π) / (1 + x²). */
public final class ArctanCurve extends Curve {
  private static final float LARGEST = 1e9f;

  // arctan(z) / z in powers of z² for |z| ≤ 1, off by at most 6·10⁻⁹: a minimax fit.
  private static final float A0 = 0.9999999f;
  private static final float A1 = -0.33332598f;
  private static final float A2 = 0.19985907f;
  private static final float A3 = -0.14161229f;
  private static final float A4 = 0.10498945f;
  private static final float A5 = -0.07234854f;
  private static final float A6 = 0.03978118f;
  private static final float A7 = -0.014401324f;
  private static final float A8 = 0.0024567153f;

  @Override
  void evaluate(float[] x, int length, float[] value, float[] slope) {
    for (int j = 0; j < length; j++) {
      float c = Math.max(-LARGEST, Math.min(LARGEST, x[j]));
      float square = 1f + c * c;
      // arctan(x) = 2 · arctan(x / (1 + √(1 + x²))), whose argument is within ±1.
      float z = c / (1f + (float) Math.sqrt(square));
      float u = z * z;
      float high = A4 + u * (A5 + u * (A6 + u * (A7 + u * A8)));
      float series = A0 + u * (A1 + u * (A2 + u * (A3 + u * high)));
      value[j] = (float) (4 / Math.PI) * z * series;
      slope[j] = (float) (2 / Math.PI) / square;
    }
  }
}
