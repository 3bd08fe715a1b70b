package io.taustream.pipeline.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * A run's diagnoses in the shape that the report's script takes. Columns are empty where the run
 * has none.
 *
 * @param ranks the groups of ranks as text, such as {@code 1} and {@code 6–10}
 * @param even the share of each group if every channel had the same gradient
 * @param early for each term, the mean share of each group over the first quarter of the steps
 * @param late likewise over the last quarter
 * @param step of the columns in {@code cosines} and {@code norms}
 * @param cosines for each pair of terms, a column
 * @param norms for each term, a column
 * @param drift what happened to predictions from one evaluation to the next
 */
record DiagnosisModel(
    List<String> ranks,
    List<Double> even,
    Map<String, List<Double>> early,
    Map<String, List<Double>> late,
    List<Double> step,
    Map<String, List<Double>> cosines,
    Map<String, List<Double>> norms,
    Drift drift) {

  /** Gradients of single batches are noisy: fewer points, each a mean of more neighbours. */
  static final int POINTS = 200;

  /**
   * Columns over the evaluations but the first: the share of the samples whose KL fell that turned
   * wrong, and that turned right, and the counts that these are taken from.
   *
   * @param epoch from 0
   */
  record Drift(
      List<Integer> epoch,
      List<Double> turnedWrong,
      List<Double> turnedRight,
      List<Long> klFell,
      List<Long> samples) {}

  static DiagnosisModel of(RunReport report) {
    List<GradientRecord> lines = report.gradients();
    List<Integer> ends = lines.isEmpty() ? List.of() : lines.get(0).ranks();
    int quarter = (lines.size() + 3) / 4;
    return new DiagnosisModel(
        ranks(ends),
        even(ends),
        shares(lines.subList(0, quarter), ends.size()),
        shares(lines.subList(lines.size() - quarter, lines.size()), ends.size()),
        ReportModel.thin(lines, POINTS, GradientRecord::step),
        columns(lines, GradientRecord::cosines),
        columns(lines, GradientRecord::norms),
        drift(report.drifts()));
  }

  private static List<String> ranks(List<Integer> ends) {
    List<String> ranks = new ArrayList<>();
    int before = 0;
    for (int end : ends) {
      ranks.add(end == before + 1 ? String.valueOf(end) : (before + 1) + "–" + end);
      before = end;
    }
    return ranks;
  }

  private static List<Double> even(List<Integer> ends) {
    List<Double> even = new ArrayList<>();
    int before = 0;
    for (int end : ends) {
      even.add((double) (end - before) / ends.get(ends.size() - 1));
      before = end;
    }
    return even;
  }

  private static Map<String, List<Double>> shares(List<GradientRecord> lines, int groups) {
    Map<String, List<Double>> means = new LinkedHashMap<>();
    for (String term : names(lines, GradientRecord::shares)) {
      List<List<Double>> found =
          lines.stream()
              .filter(l -> l.shares().containsKey(term))
              .map(l -> l.shares().get(term))
              .toList();
      List<Double> mean = new ArrayList<>();
      for (int group = 0; group < groups; group++) {
        int at = group;
        mean.add(found.stream().mapToDouble(shares -> shares.get(at)).average().orElse(Double.NaN));
      }
      means.put(term, mean);
    }
    return means;
  }

  private static Map<String, List<Double>> columns(
      List<GradientRecord> lines, Function<GradientRecord, Map<String, Double>> numbers) {
    Map<String, List<Double>> columns = new LinkedHashMap<>();
    for (String name : names(lines, numbers)) {
      ToDoubleFunction<GradientRecord> number =
          line -> numbers.apply(line).getOrDefault(name, Double.NaN);
      columns.put(name, ReportModel.thin(lines, POINTS, number));
    }
    return columns;
  }

  private static <T> Set<String> names(
      List<GradientRecord> lines, Function<GradientRecord, Map<String, T>> maps) {
    Set<String> names = new LinkedHashSet<>();
    lines.forEach(line -> names.addAll(maps.apply(line).keySet()));
    return names;
  }

  private static Drift drift(List<DriftRecord> lines) {
    return new Drift(
        lines.stream().map(DriftRecord::epoch).toList(),
        lines.stream().map(DriftRecord::turnedWrongShare).toList(),
        lines.stream().map(DriftRecord::turnedRightShare).toList(),
        lines.stream().map(DriftRecord::klFell).toList(),
        lines.stream().map(DriftRecord::samples).toList());
  }
}
