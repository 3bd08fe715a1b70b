package io.taustream.pipeline.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A curve over several seeds in the shape that the report's script takes: at each place along the x
 * axis, mean and deviation over the seeds that have a number there.
 */
record CurveModel(List<Double> x, List<Double> mean, List<Double> deviation) {
  /** Collects points of all seeds. */
  static final class Points {
    private final Map<Double, List<Double>> numbers = new TreeMap<>();

    void add(double x, double number) {
      numbers.computeIfAbsent(x, place -> new ArrayList<>()).add(number);
    }

    CurveModel curve() {
      List<SampleStatistics> spread = numbers.values().stream().map(SampleStatistics::of).toList();
      return new CurveModel(
          List.copyOf(numbers.keySet()),
          spread.stream().map(SampleStatistics::mean).toList(),
          spread.stream().map(SampleStatistics::deviation).toList());
    }
  }
}
