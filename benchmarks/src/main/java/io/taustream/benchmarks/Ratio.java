package io.taustream.benchmarks;

import java.util.List;
import java.util.Locale;

/**
 * A ratio of costs over some rounds.
 *
 * @param median of the rounds' ratios
 * @param least of any round
 * @param most of any round
 */
record Ratio(double median, double least, double most) {
  static Ratio of(List<Double> rounds) {
    List<Double> sorted = rounds.stream().sorted().toList();
    int middle = sorted.size() / 2;
    double median =
        sorted.size() % 2 == 1
            ? sorted.get(middle)
            : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    return new Ratio(median, sorted.get(0), sorted.get(sorted.size() - 1));
  }

  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%.3f (%.3f to %.3f)", median, least, most);
  }
}
