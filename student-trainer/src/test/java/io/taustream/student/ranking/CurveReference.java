package io.taustream.student.ranking;

/** The curves f and their sums of exponentials in double precision, as they are defined. */
final class CurveReference {
  private CurveReference() {}

  /** f(x). */
  static double value(Curve curve, double x) {
    if (curve instanceof TanhCurve) {
      return Math.tanh(x);
    } else if (curve instanceof ArctanCurve) {
      return 2 / Math.PI * Math.atan(x);
    } else if (curve instanceof AlgebraicCurve) {
      return x / Math.hypot(1, x);
    } else if (curve instanceof SoftsignCurve) {
      return x / (1 + Math.abs(x));
    } else if (curve instanceof ErfCurve) {
      return erf(x);
    }
    return x < 0 ? Math.expm1(x) : -Math.expm1(-x);
  }

  /** f′(x). */
  static double slope(Curve curve, double x) {
    if (curve instanceof TanhCurve) {
      // 1 − tanh² would lose the tail to rounding.
      double e = Math.exp(-2 * Math.abs(x));
      return 4 * e / ((1 + e) * (1 + e));
    } else if (curve instanceof ArctanCurve) {
      return 2 / Math.PI / (1 + x * x);
    } else if (curve instanceof AlgebraicCurve) {
      return Math.pow(Math.hypot(1, x), -3);
    } else if (curve instanceof SoftsignCurve) {
      return Math.pow(1 + Math.abs(x), -2);
    } else if (curve instanceof ErfCurve) {
      return 2 / Math.sqrt(Math.PI) * Math.exp(-x * x);
    }
    return Math.exp(-Math.abs(x));
  }

  /** 1 − Σₙ wₙ · e^(−n·r·x), odd. */
  static double value(ExponentialSeries series, double x) {
    double y = Math.exp(-series.rate() * Math.abs(x));
    double sum = 0;
    for (int n = series.terms(); n >= 1; n--) {
      sum = (sum + series.weight(n)) * y;
    }
    return Math.signum(x) * (1 - sum);
  }

  /** Its slope. */
  static double slope(ExponentialSeries series, double x) {
    double y = Math.exp(-series.rate() * Math.abs(x));
    double sum = 0;
    for (int n = series.terms(); n >= 1; n--) {
      sum = (sum + n * series.weight(n)) * y;
    }
    return series.rate() * sum;
  }

  /** Near zero by the power series, beyond by the continued fraction of erfc; 14 digits or more. */
  private static double erf(double x) {
    double size = Math.abs(x);
    if (size > 6) {
      return Math.signum(x);
    }
    double result;
    if (size < 3) {
      // erf(x) = 2x/√π · e^−x² · Σ (2x²)ⁿ / (1·3·5…(2n+1)): all terms positive.
      double term = 1;
      double sum = 1;
      for (int n = 1; term > 1e-17 * sum; n++) {
        term *= 2 * size * size / (2 * n + 1);
        sum += term;
      }
      result = 2 / Math.sqrt(Math.PI) * size * Math.exp(-size * size) * sum;
    } else {
      // Laplace's continued fraction, from its 60th stage inwards.
      double fraction = size;
      for (int n = 60; n >= 1; n--) {
        fraction = size + n / 2.0 / fraction;
      }
      result = 1 - Math.exp(-size * size) / (fraction * Math.sqrt(Math.PI));
    }
    return x < 0 ? -result : result;
  }
}
