package io.taustream.pipeline.report;

import java.util.Collection;
import java.util.Map;

/**
 * Mean and spread of a few numbers, one a seed.
 *
 * @param count how many numbers there are
 * @param mean their mean; NaN where there are none
 * @param deviation their unbiased sample deviation, √(Σ(x − mean)² / (count − 1)); NaN below two
 */
public record SampleStatistics(int count, double mean, double deviation) {
  /** Of numbers; those that are not finite were not measured and are left out. */
  public static SampleStatistics of(Collection<Double> numbers) {
    double[] measured =
        numbers.stream().mapToDouble(Double::doubleValue).filter(Double::isFinite).toArray();
    int count = measured.length;
    double sum = 0;
    for (double number : measured) {
      sum += number;
    }
    double mean = count == 0 ? Double.NaN : sum / count;
    double squares = 0;
    for (double number : measured) {
      squares += (number - mean) * (number - mean);
    }
    return new SampleStatistics(
        count, mean, count < 2 ? Double.NaN : Math.sqrt(squares / (count - 1)));
  }

  /**
   * Of the differences {@code numbers − base}, key by key. A key that only one of both has, or
   * whose number is not finite in one of them, counts in neither: the mean is then not the
   * difference of the two means.
   */
  public static <K> SampleStatistics ofDifferences(Map<K, Double> numbers, Map<K, Double> base) {
    return of(
        numbers.entrySet().stream()
            .filter(entry -> base.containsKey(entry.getKey()))
            .map(entry -> entry.getValue() - base.get(entry.getKey()))
            .toList());
  }
}
