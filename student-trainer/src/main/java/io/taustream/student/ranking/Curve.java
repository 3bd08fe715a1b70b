package io.taustream.student.ranking;

import java.util.Optional;

/**
 * A smooth stand-in f for the sign function: odd, rising, f(±∞) = ±1, with a finite slope
 * everywhere. Stateless.
 */
public abstract sealed class Curve
    permits TanhCurve, ArctanCurve, AlgebraicCurve, SoftsignCurve, ErfCurve, LaplaceCurve {
  Curve() {}

  /**
   * f as a sum of exponentials, exact or off by at most 10⁻⁶ in value and 10⁻⁵ in slope, where it
   * has one; see docs/losses.md.
   */
  Optional<ExponentialSeries> series() {
    return Optional.empty();
  }

  /** f(x) · f(y) by sums of exponentials, where {@link #series} is there. */
  Optional<SplitForm> split() {
    return Optional.empty();
  }

  /**
   * f and f′ of the first {@code length} elements, in single precision; finite for every finite x,
   * off by at most 10⁻⁶. Loops have no branch and no call, so that the compiler turns them into
   * vector instructions.
   *
   * @param x arguments
   * @param value f(x), written; may be {@code x} itself
   * @param slope f′(x), written; not {@code x}
   */
  abstract void evaluate(float[] x, int length, float[] value, float[] slope);

  @Override
  public String toString() {
    return getClass().getSimpleName();
  }
}
