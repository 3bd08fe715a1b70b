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
      ExponentialSeries series = curve.series().orElseThrow();
      double value = 0;
      double slope = 0;
      for (double x = 0; x < 25; x += 1e-4) {
        value = Math.max(value, Math.abs(series.value(x) - curve.value(x)));
        slope = Math.max(slope, Math.abs(series.slope(x) - curve.slope(x)));
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

      assertThat(series.value(0)).isCloseTo(0, within(1e-14));
      assertThat(series.value(-0.7)).isEqualTo(-series.value(0.7));
      assertThat(series.slope(-0.7)).isEqualTo(series.slope(0.7));
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
    assertThat(splitError(new TanhCurve())).isBetween(1.1e-6, 1.2e-6);
    assertThat(splitError(new LaplaceCurve())).isLessThan(1e-15);
  }

  private static double splitError(Curve curve) {
    SplitForm split = curve.split().orElseThrow();
    double rate = curve.series().orElseThrow().rate();
    double error = 0;
    for (double x = 0; x < 12; x += 0.02) {
      for (double y = 0; y < 12; y += 0.02) {
        double products = split.value(Math.exp(-rate * x), Math.exp(-rate * y));
        error = Math.max(error, Math.abs(products - curve.value(x + y)));
      }
    }
    return error;
  }
}
