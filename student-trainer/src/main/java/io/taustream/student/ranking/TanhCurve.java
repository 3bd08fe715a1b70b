package io.taustream.student.ranking;

import io.taustream.student.ranking.SplitForm.Product;
import java.util.List;
import java.util.Optional;

/** tanh(x); slope 1 − tanh²(x). */
public final class TanhCurve extends Curve {
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

  // The same of six terms, off by 2.6·10⁻⁵ and 2.6·10⁻⁴, and of three, off by 5·10⁻³ and 5·10⁻².
  private static final ExponentialSeries COARSE =
      new ExponentialSeries(
          2,
          1.9984026531482377,
          -1.9688666256180614,
          1.790026753060266,
          -1.2954721933516908,
          0.6044468632860756,
          -0.128537450524827);
  private static final ExponentialSeries COARSEST =
      new ExponentialSeries(2, 1.8968302956539052, -1.3183554456149864, 0.42152514996108126);

  // tanh(x + y) = (1 − uv) / (1 + uv) with u = e^−2x, v = e^−2y: the five largest eigenfunctions of
  // this kernel on [0, 1]², times the root of the size of their eigenvalues, as polynomials; off by
  // 1.2·10⁻⁶. Each more makes it 23 times better. The products are at most 1.3, 0.34, 0.016, 7·10⁻⁴
  // and 3·10⁻⁵, so that coarser series for the last three add 6·10⁻⁷.
  private static final SplitForm SPLIT =
      new SplitForm(
          List.of(
              Product.of(
                  SERIES,
                  -1.145544152691171,
                  0.949417036277062,
                  -0.668845120737763,
                  0.5394691930132384,
                  -0.4556708161223289,
                  0.3748439540888758,
                  -0.2703921616456123,
                  0.1491913712694954,
                  -0.05290335870969576,
                  0.008744087826396685),
              Product.of(
                  SERIES,
                  -0.5717907995991344,
                  2.208853935279067,
                  -1.998925339261109,
                  1.789887870611284,
                  -1.598724338722096,
                  1.358417820306131,
                  -0.9983805086197465,
                  0.5567482394061688,
                  -0.1986328749136611,
                  0.03295109336830274),
              Product.of(
                  COARSE,
                  0.1236766543826298,
                  -1.552406575431089,
                  3.657966559743874,
                  -4.46784510941507,
                  4.661865311309451,
                  -4.323003374385947,
                  3.339211005286319,
                  -1.915182289261463,
                  0.6944165353864286,
                  -0.1163182388236264),
              Product.of(
                  COARSE,
                  0.02548605006472939,
                  -0.7006656331888992,
                  3.360143528472827,
                  -7.042288482706176,
                  9.558369049917442,
                  -10.24650567592152,
                  8.589169129242562,
                  -5.15969169877504,
                  1.921693058675687,
                  -0.3271627588025585),
              Product.of(
                  COARSEST,
                  0.005300639118501576,
                  -0.2543843174359098,
                  2.081595911170538,
                  -7.046563866276032,
                  13.60013246423607,
                  -17.81099114565416,
                  16.72481042512942,
                  -10.72057487021451,
                  4.148083963445897,
                  -0.7229519626273921)));

  @Override
  Optional<SplitForm> split() {
    return Optional.of(SPLIT);
  }

  @Override
  Optional<ExponentialSeries> series() {
    return Optional.of(SERIES);
  }

  @Override
  void evaluate(float[] x, int length, float[] value, float[] slope) {
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
