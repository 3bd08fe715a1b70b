package io.taustream.pipeline.config;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a term counts in the sum: a number, or a straight line from one number to another over the
 * first epochs.
 *
 * @param from the weight at the start, from 0
 * @param to the weight after {@code epochs}, from 0, above 0 where {@code from} is 0
 * @param epochs how long the line is, above 0; 0 where the weight is one number, {@code to}
 */
public record WeightConfig(double from, double to, double epochs) {
  private static final double DEFAULT = 1;

  private static final String KEY = "weight";

  public WeightConfig {
    if (epochs == 0) {
      Rules.above(KEY, to, 0);
      if (from != to) {
        throw new InvalidValueException(
            KEY, Rules.text(from) + " and " + Rules.text(to) + " without epochs", "one number");
      }
    } else {
      Rules.notBelow("from", from, 0);
      Rules.notBelow("to", to, 0);
      if (from == 0) {
        Rules.above("to", to, 0);
      }
      Rules.above("epochs", epochs, 0);
    }
  }

  /** The same weight all the time. */
  public static WeightConfig constant(double weight) {
    return new WeightConfig(weight, weight, 0);
  }

  /** The weight of a term of {@code loss}; 1 where it does not say. */
  static WeightConfig read(Section term) {
    return read(term, DEFAULT);
  }

  /** The weight of a term of {@code loss}, or another than 1 where it does not say. */
  static WeightConfig read(Section term, double usual) {
    if (!term.isSection(KEY)) {
      double weight = term.number(KEY, usual, "a map {from, to, epochs}");
      return term.build(() -> constant(weight));
    }
    Section line = term.requireSection(KEY);
    double from = line.requireNumber("from");
    double to = line.requireNumber("to");
    double epochs = line.requireNumber("epochs");
    return line.build(
        () -> {
          Rules.above("epochs", epochs, 0);
          return new WeightConfig(from, to, epochs);
        });
  }

  /** A number or a map, as written in a configuration. */
  Object tree() {
    if (epochs == 0) {
      return to;
    }
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("from", from);
    tree.put("to", to);
    tree.put("epochs", epochs);
    return tree;
  }
}
