package io.taustream.student.ranking;

import java.util.Optional;

/**
 * A smooth stand-in f for the sign function: odd, rising, f(±∞) = ±1, with a finite slope
 * everywhere. Stateless.
 *
 * <p>{@link #value} and {@link #slope} are exact to double precision. {@link #evaluate} is what the
 * inner loops call: single precision, off by at most 10⁻⁶ in value and slope, in loops without
 * branches or calls, which the compiler turns into vector instructions.
 */
public sealed interface Curve
    permits TanhCurve, ArctanCurve, AlgebraicCurve, SoftsignCurve, ErfCurve, LaplaceCurve {
  /** f(x). */
  double value(double x);

  /** f′(x). */
  double slope(double x);

  /**
   * f as a sum of exponentials, exact or off by at most 10⁻⁶ in value and 10⁻⁵ in slope, where it
   * has one; see docs/losses.md.
   */
  default Optional<ExponentialSeries> series() {
    return Optional.empty();
  }

  /** f of a sum as a sum of products, off by at most 2·10⁻⁶, with the rate of {@link #series}. */
  default Optional<SplitForm> split() {
    return Optional.empty();
  }

  /**
   * f and f′ of the first {@code length} elements; finite for every finite x.
   *
   * @param x arguments
   * @param value f(x), written; may be {@code x} itself
   * @param slope f′(x), written; not {@code x}
   */
  void evaluate(float[] x, int length, float[] value, float[] slope);
}
