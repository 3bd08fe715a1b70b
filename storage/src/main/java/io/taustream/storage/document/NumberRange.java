package io.taustream.storage.document;

/**
 * Which numbers are allowed. Only finite ones ever are.
 *
 * @param minOpen whether {@code min} itself is not allowed
 * @param maxOpen whether {@code max} itself is not allowed
 */
public record NumberRange(double min, boolean minOpen, double max, boolean maxOpen) {

  /** Every finite number. */
  public static NumberRange any() {
    return new NumberRange(Double.NEGATIVE_INFINITY, false, Double.POSITIVE_INFINITY, false);
  }

  /** {@code min} and more. */
  public static NumberRange atLeast(double min) {
    return new NumberRange(min, false, Double.POSITIVE_INFINITY, false);
  }

  /** More than {@code min}. */
  public static NumberRange above(double min) {
    return new NumberRange(min, true, Double.POSITIVE_INFINITY, false);
  }

  /** From {@code min} to {@code max}, both allowed. */
  public static NumberRange between(double min, double max) {
    return new NumberRange(min, false, max, false);
  }

  /** From {@code min}, which is allowed, to below {@code max}. */
  public static NumberRange below(double min, double max) {
    return new NumberRange(min, false, max, true);
  }

  boolean contains(double value) {
    return Double.isFinite(value)
        && (minOpen ? value > min : value >= min)
        && (maxOpen ? value < max : value <= max);
  }

  /** For a message: {@code a number from 0 to below 1}. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("a number");
    if (min > Double.NEGATIVE_INFINITY) {
      text.append(minOpen ? " above " : " from ").append(plain(min));
    }
    if (max < Double.POSITIVE_INFINITY) {
      text.append(maxOpen ? " to below " : " to ").append(plain(max));
    }
    return text.toString();
  }

  private static String plain(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? Long.toString((long) value)
        : Double.toString(value);
  }
}
