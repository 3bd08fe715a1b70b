package io.taustream.student.ranking;

import java.util.Optional;

/** sign(x) · (1 − e^−|x|); slope e^−|x|, at zero too. */
public record LaplaceCurve() implements Curve {
  // A little more than e^−20, as in TanhCurve.
  private static final float FLAT = 2.2e-9f;

  // Itself.
  private static final ExponentialSeries SERIES = new ExponentialSeries(1, 1);

  // 1 − uv.
  private static final SplitForm SPLIT = new SplitForm(new double[][] {{1}, {0, 1}});

  @Override
  public Optional<SplitForm> split() {
    return Optional.of(SPLIT);
  }

  @Override
  public Optional<ExponentialSeries> series() {
    return Optional.of(SERIES);
  }

  @Override
  public double value(double x) {
    return x < 0 ? Math.expm1(x) : -Math.expm1(-x);
  }

  @Override
  public double slope(double x) {
    return Math.exp(-Math.abs(x));
  }

  @Override
  public void evaluate(float[] x, int length, float[] value, float[] slope) {
    for (int j = 0; j < length; j++) {
      float h = Math.max(-HalfTanh.LARGEST, Math.min(HalfTanh.LARGEST, 0.25f * x[j]));
      float u = h * h;
      float p = h * (HalfTanh.P0 + u * (HalfTanh.P1 + u * (HalfTanh.P2 + u * HalfTanh.P3)));
      float q = 1f + u * (HalfTanh.Q1 + u * (HalfTanh.Q2 + u * HalfTanh.Q3));
      float size = Math.abs(p);
      float r = 1f / (q + size);
      float root = (q - size) * r;
      // 1 − root² with the sign of p: (1 − root)(1 + root) = 2|p|·r · 2q·r.
      value[j] = 4f * p * q * (r * r);
      slope[j] = Math.max(0f, root * root - FLAT);
    }
  }
}
