package io.taustream.student.ranking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Single precision against double, and double against itself. */
class CurveTest {
  private static final float[] FAR = {30f, 300f, 1e4f, 4e8f, 0x1p50f, 0x1p127f};

  static Stream<Curve> curves() {
    return Stream.of(
        new TanhCurve(),
        new ArctanCurve(),
        new AlgebraicCurve(),
        new SoftsignCurve(),
        new ErfCurve(),
        new LaplaceCurve());
  }

  @ParameterizedTest
  @MethodSource("curves")
  void singlePrecisionIsWithinAMillionth(Curve curve) {
    float[] x = new float[40_001 + 2 * FAR.length];
    for (int i = 0; i <= 40_000; i++) {
      x[i] = (i - 20_000) * 1e-3f;
    }
    for (int i = 0; i < FAR.length; i++) {
      x[40_001 + 2 * i] = FAR[i];
      x[40_002 + 2 * i] = -FAR[i];
    }
    float[] value = new float[x.length];
    float[] slope = new float[x.length];

    curve.evaluate(x, x.length, value, slope);

    double valueError = 0;
    double slopeError = 0;
    for (int i = 0; i < x.length; i++) {
      valueError = Math.max(valueError, Math.abs(value[i] - curve.value(x[i])));
      slopeError = Math.max(slopeError, Math.abs(slope[i] - curve.slope(x[i])));
    }
    assertThat(valueError).isLessThan(1e-6);
    assertThat(slopeError).isLessThan(1e-6);
  }

  @ParameterizedTest
  @MethodSource("curves")
  void isOddRisesToOneAndHasItsOwnSlope(Curve curve) {
    assertThat(curve.value(0)).isZero();
    assertThat(curve.value(1e12)).isCloseTo(1, within(1e-11));
    for (double x = 0.01; x < 8; x += 0.0501) {
      double h = 1e-5;
      double difference = (curve.value(x + h) - curve.value(x - h)) / (2 * h);
      assertThat(curve.slope(x)).as("f'(%s)", x).isCloseTo(difference, within(1e-8));
      assertThat(curve.value(-x)).isEqualTo(-curve.value(x));
    }
  }

  @ParameterizedTest
  @MethodSource("curves")
  void ofExactlyZeroIsExactlyZero(Curve curve) {
    float[] value = {1f};
    float[] slope = {1f};

    curve.evaluate(new float[] {0f}, 1, value, slope);

    assertThat(value[0]).isZero();
    assertThat((double) slope[0]).isCloseTo(curve.slope(0), within(1e-6));
  }

  @Test
  void exponentialTailsRunFlat() {
    float[] x = {-1e4f, -25, 25, 1e4f};
    for (Curve curve : List.of(new TanhCurve(), new ErfCurve(), new LaplaceCurve())) {
      float[] slope = {1f, 1f, 1f, 1f};

      curve.evaluate(x, x.length, new float[x.length], slope);

      assertThat(slope).as("%s", curve).containsOnly(0f);
    }
  }
}
