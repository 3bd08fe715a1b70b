package io.taustream.student.ranking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/** How far the sums of exponentials are from the curves that they stand for. */
class ExponentialSeriesTest {
  /** Largest errors over a dense grid. */
  private record Errors(double value, double slope) {
    static Errors of(Curve curve) {
      return of(curve.series().orElseThrow(), curve);
    }

    static Errors of(ExponentialSeries series, Curve curve) {
      double value = 0;
      double slope = 0;
      for (double x = 0; x < 25; x += 1e-4) {
        value =
            Math.max(
                value, Math.abs(CurveReference.value(series, x) - CurveReference.value(curve, x)));
        slope =
            Math.max(
                slope, Math.abs(CurveReference.slope(series, x) - CurveReference.slope(curve, x)));
      }
      return new Errors(value, slope);
    }
  }

  @Test
  void tanhIsWithinTheErrorsThatTheDocumentationStates() {
    Errors errors = Errors.of(new TanhCurve());

    assertThat(errors.value()).isBetween(1.4e-7, 1.6e-7);
    assertThat(errors.slope()).isBetween(1.4e-6, 1.6e-6);
  }

  @Test
  void laplaceIsExact() {
    Errors errors = Errors.of(new LaplaceCurve());

    assertThat(errors.value()).isLessThan(1e-15);
    assertThat(errors.slope()).isLessThan(1e-15);
  }

  @Test
  void isZeroAtZeroAndOdd() {
    for (Curve curve : new Curve[] {new TanhCurve(), new LaplaceCurve()}) {
      ExponentialSeries series = curve.series().orElseThrow();

      assertThat(CurveReference.value(series, 0)).isCloseTo(0, within(1e-14));
      assertThat(CurveReference.value(series, -0.7)).isEqualTo(-CurveReference.value(series, 0.7));
      assertThat(CurveReference.slope(series, -0.7)).isEqualTo(CurveReference.slope(series, 0.7));
    }
  }

  @Test
  void refusesWeightsThatLeaveAJumpAtZero() {
    assertThatThrownBy(() -> new ExponentialSeries(1, 0.5, 0.4))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("0.4");
  }

  @Test
  void theSplitFormsAreTheirCurvesOfASum() {
    assertThat(splitError(new TanhCurve(), false)).isBetween(1.1e-6, 1.2e-6);
    assertThat(splitError(new LaplaceCurve(), false)).isLessThan(1e-15);
  }

  @Test
  void coarseSeriesOfSmallProductsAddLittle() {
    assertThat(splitError(new TanhCurve(), true)).isBetween(7e-7, 9e-7);
    assertThat(splitError(new LaplaceCurve(), true)).isLessThan(1e-15);
  }

  /**
   * The largest error of Σₘ (−1)ᵐ φₘ φₘ against f(x + y); or, of the student's part, the largest of
   * Σₘ |φₘ φₘ| times the error of the m-th series.
   */
  private static double splitError(Curve curve, boolean ofTheStudent) {
    SplitForm split = curve.split().orElseThrow();
    int steps = 600;
    double[] u = new double[steps];
    for (int i = 0; i < steps; i++) {
      u[i] = Math.exp(-split.rate() * 0.02 * i);
    }
    double[] phi = new double[split.terms() * steps];
    split.evaluate(u, phi, 0, steps);
    double[] seriesErrors =
        split.products().stream()
            .mapToDouble(product -> Errors.of(product.series(), curve).value())
            .toArray();
    double error = 0;
    for (int x = 0; x < steps; x++) {
      for (int y = 0; y < steps; y++) {
        double sum = 0;
        double products = 0;
        for (int m = 0; m < split.terms(); m++) {
          double product = phi[m * steps + x] * phi[m * steps + y];
          products += SplitForm.sign(m) * product;
          sum += Math.abs(product) * seriesErrors[m];
        }
        double off = Math.abs(products - CurveReference.value(curve, 0.02 * (x + y)));
        error = Math.max(error, ofTheStudent ? sum : off);
      }
    }
    return error;
  }
}
