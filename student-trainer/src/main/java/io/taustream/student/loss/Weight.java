package io.taustream.student.loss;

/**
 * What a loss counts in the sum, over training: a straight line from one weight to another over the
 * first epochs, then the second. A pure function of the fractional epoch, so that a resumed run
 * goes on with the same weights.
 *
 * @param from the weight at the start, finite, zero or above
 * @param to the weight from {@code epochs} on, finite, zero or above
 * @param epochs how long the line is, finite; zero for a weight that is always {@code to}
 */
public record Weight(double from, double to, double epochs) {
  public Weight {
    if (!isFiniteFromZero(from) || !isFiniteFromZero(to)) {
      throw new IllegalArgumentException("weight " + from + " or " + to + " is not zero or above");
    }
    if (!isFiniteFromZero(epochs)) {
      throw new IllegalArgumentException(epochs + " epochs are not zero or above");
    }
  }

  /** The same weight all the time. */
  public static Weight constant(double weight) {
    return new Weight(weight, weight, 0);
  }

  /**
   * The weight of a step.
   *
   * @param epoch epochs trained before it, from 0; 1.5 is the middle of the second epoch
   */
  public double at(double epoch) {
    return epoch >= epochs ? to : from + (to - from) * (epoch / epochs);
  }

  private static boolean isFiniteFromZero(double value) {
    return value >= 0 && value < Double.POSITIVE_INFINITY;
  }
}
