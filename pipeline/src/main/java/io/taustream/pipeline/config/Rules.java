package io.taustream.pipeline.config;

import java.util.List;
import java.util.regex.Pattern;

/** What values may be. Each rule throws {@link InvalidValueException} where it does not hold. */
final class Rules {
  private static final Pattern FILE_NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._+-]*");

  private Rules() {}

  static void between(String key, long value, long least, long most) {
    if (value < least || value > most) {
      throw new InvalidValueException(key, value, "a whole number from " + least + " to " + most);
    }
  }

  static void atLeast(String key, long value, long least) {
    if (value < least) {
      throw new InvalidValueException(key, value, "a whole number from " + least);
    }
  }

  static void above(String key, double value, double bound) {
    if (!(value > bound && value < Double.POSITIVE_INFINITY)) {
      throw new InvalidValueException(key, text(value), "a number above " + text(bound));
    }
  }

  static void notBelow(String key, double value, double least) {
    if (!(value >= least && value < Double.POSITIVE_INFINITY)) {
      throw new InvalidValueException(key, text(value), "a number from " + text(least));
    }
  }

  static void fromToBelow(String key, double value, double least, double bound) {
    if (!(value >= least && value < bound)) {
      throw new InvalidValueException(
          key, text(value), "a number from " + text(least) + " to below " + text(bound));
    }
  }

  static void share(String key, double value) {
    if (!(value >= 0 && value <= 1)) {
      throw new InvalidValueException(key, text(value), "a number from 0 to 1");
    }
  }

  static void oneOf(String key, String value, List<String> allowed) {
    if (!allowed.contains(value)) {
      throw new InvalidValueException(key, quoted(value), "one of " + String.join(", ", allowed));
    }
  }

  /** A name that becomes part of a path. */
  static void fileName(String key, String value) {
    if (!FILE_NAME.matcher(value).matches()) {
      throw new InvalidValueException(
          key,
          quoted(value),
          "a name of letters, digits and . _ + - that begins with a letter, a digit or _");
    }
  }

  static void notBlank(String key, String value) {
    if (value.isBlank()) {
      throw new InvalidValueException(key, quoted(value), "a text that is not blank");
    }
  }

  static void notEmpty(String key, List<?> value) {
    if (value.isEmpty()) {
      throw new InvalidValueException(key, "an empty list", "a list with at least one element");
    }
  }

  static String quoted(String value) {
    return "'" + value + "'";
  }

  /** A number as a person writes it: 1 and not 1.0. */
  static String text(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? Long.toString((long) value)
        : Double.toString(value);
  }
}
