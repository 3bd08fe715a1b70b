package io.taustream.student.ranking;

import java.util.Optional;

/** tanh(x); slope 1 − tanh²(x). */
public record TanhCurve() implements Curve {
  // A little more than the slope 4e^−20 where the argument is cut off: a saturated pair has none,
  // however large the difference that multiplies it.
  private static final float FLAT = 8.5e-9f;

  // 1 − tanh(x) = 2y / (1 + y) with y = e^−2x, as a polynomial in y: the minimax fit of value and
  // slope/10 together, off by 1.6·10⁻⁷ and 1.6·10⁻⁶. Each term more makes it 5.5 times better.
  private static final ExponentialSeries SERIES =
      new ExponentialSeries(
          2,
          1.999981344312239,
          -1.9992794709535,
          1.990260996561014,
          -1.933574736659728,
          1.73173844027595,
          -1.296456849139095,
          0.716225923444713,
          -0.248622580153063,
          0.039726932311471);

  // tanh(x + y) = (1 − uv) / (1 + uv) with u = e^−2x, v = e^−2y: the five largest eigenfunctions of
  // this kernel on [0, 1]², times the root of the size of their eigenvalues, as polynomials; off by
  // 1.2·10⁻⁶. Each more makes it 23 times better.
  private static final SplitForm SPLIT =
      new SplitForm(
          new double[][] {
            {
              -1.145544152691171,
              0.949417036277062,
              -0.668845120737763,
              0.5394691930132384,
              -0.4556708161223289,
              0.3748439540888758,
              -0.2703921616456123,
              0.1491913712694954,
              -0.05290335870969576,
              0.008744087826396685
            },
            {
              -0.5717907995991344,
              2.208853935279067,
              -1.998925339261109,
              1.789887870611284,
              -1.598724338722096,
              1.358417820306131,
              -0.9983805086197465,
              0.5567482394061688,
              -0.1986328749136611,
              0.03295109336830274
            },
            {
              0.1236766543826298,
              -1.552406575431089,
              3.657966559743874,
              -4.46784510941507,
              4.661865311309451,
              -4.323003374385947,
              3.339211005286319,
              -1.915182289261463,
              0.6944165353864286,
              -0.1163182388236264
            },
            {
              0.02548605006472939,
              -0.7006656331888992,
              3.360143528472827,
              -7.042288482706176,
              9.558369049917442,
              -10.24650567592152,
              8.589169129242562,
              -5.15969169877504,
              1.921693058675687,
              -0.3271627588025585
            },
            {
              0.005300639118501576,
              -0.2543843174359098,
              2.081595911170538,
              -7.046563866276032,
              13.60013246423607,
              -17.81099114565416,
              16.72481042512942,
              -10.72057487021451,
              4.148083963445897,
              -0.7229519626273921
            },
          });

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
      float z = p / (1f + u * (HalfTanh.Q1 + u * (HalfTanh.Q2 + u * HalfTanh.Q3)));
      float r = 1f / (1f + z * z);
      float root = (1f - z * z) * r;
      value[j] = 2f * z * r;
      slope[j] = Math.max(0f, root * root - FLAT);
    }
  }
}
