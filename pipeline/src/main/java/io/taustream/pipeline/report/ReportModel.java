package io.taustream.pipeline.report;

import io.taustream.pipeline.report.EvaluationRecord.Role;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;

/**
 * A run in the shape that the report's script takes: numbers in columns, long series thinned. Its
 * component names, in snake case, are what report.js reads.
 */
record ReportModel(
    String run,
    String state,
    String date,
    String summary,
    String configuration,
    List<String> classNames,
    Steps steps,
    List<EpochRecord> epochs,
    Stages stages,
    List<StageMean> stageMeans,
    EvaluationRecord student,
    EvaluationRecord teacher,
    DiagnosisModel diagnosis,
    List<SkippedSample> skipped,
    int skippedTotal) {

  /** More points than this on a curve cannot be seen. */
  static final int POINTS = 2000;

  /** More lines than this of the list of skipped samples are in skipped.jsonl only. */
  static final int SKIPPED = 200;

  record Steps(
      List<Double> step,
      List<Double> loss,
      Map<String, List<Double>> terms,
      List<Double> learningRate) {}

  /** One column for each stage, over the same seconds; NaN where a stage has no line then. */
  record Stages(
      List<Double> seconds,
      Map<String, List<Double>> imagesPerSecond,
      Map<String, List<Double>> busyShare) {}

  record StageMean(String stage, double imagesPerSecond, double busyShare) {}

  static ReportModel of(RunReport report) {
    return new ReportModel(
        report.run(),
        report.state().name(),
        report.date().toString(),
        report.summary(),
        report.configuration(),
        report.classNames(),
        steps(report.steps()),
        report.epochs(),
        stages(report.stages()),
        stageMeans(report),
        report.evaluation(Role.STUDENT).orElse(null),
        report.evaluation(Role.TEACHER).orElse(null),
        DiagnosisModel.of(report),
        report.skipped().subList(0, Math.min(SKIPPED, report.skipped().size())),
        report.skipped().size());
  }

  private static Steps steps(List<StepRecord> lines) {
    Set<String> names = new LinkedHashSet<>();
    lines.forEach(line -> names.addAll(line.terms().keySet()));
    Map<String, List<Double>> terms = new LinkedHashMap<>();
    for (String name : names) {
      terms.put(name, thin(lines, line -> line.terms().getOrDefault(name, Double.NaN)));
    }
    return new Steps(
        thin(lines, StepRecord::step),
        thin(lines, StepRecord::loss),
        terms,
        thin(lines, StepRecord::learningRate));
  }

  private static Stages stages(List<StageRecord> lines) {
    Map<Double, Map<String, StageRecord>> byTime = new LinkedHashMap<>();
    Set<String> names = new LinkedHashSet<>();
    for (StageRecord line : lines) {
      byTime.computeIfAbsent(line.seconds(), s -> new LinkedHashMap<>()).put(line.stage(), line);
      names.add(line.stage());
    }
    List<Map.Entry<Double, Map<String, StageRecord>>> times = new ArrayList<>(byTime.entrySet());
    times.sort(Map.Entry.comparingByKey());
    Map<String, List<Double>> rate = new LinkedHashMap<>();
    Map<String, List<Double>> busy = new LinkedHashMap<>();
    for (String name : names) {
      rate.put(name, thin(times, time -> of(time.getValue(), name, StageRecord::imagesPerSecond)));
      busy.put(name, thin(times, time -> of(time.getValue(), name, StageRecord::busyShare)));
    }
    return new Stages(thin(times, Map.Entry::getKey), rate, busy);
  }

  private static double of(
      Map<String, StageRecord> stages, String name, ToDoubleFunction<StageRecord> number) {
    StageRecord stage = stages.get(name);
    return stage == null ? Double.NaN : number.applyAsDouble(stage);
  }

  private static List<StageMean> stageMeans(RunReport report) {
    Map<String, Double> busy = report.busyShare();
    List<StageMean> means = new ArrayList<>();
    report
        .imagesPerSecond()
        .forEach(
            (stage, rate) ->
                means.add(new StageMean(stage, rate, busy.getOrDefault(stage, Double.NaN))));
    return means;
  }

  /**
   * A column of at most {@link #POINTS} numbers: where there are more lines, each number is the
   * mean of as many neighbours, NaN left out.
   */
  static <T> List<Double> thin(List<T> lines, ToDoubleFunction<T> number) {
    return thin(lines, POINTS, number);
  }

  /** The same, of at most {@code points} numbers. */
  static <T> List<Double> thin(List<T> lines, int points, ToDoubleFunction<T> number) {
    int width = (lines.size() + points - 1) / points;
    List<Double> column = new ArrayList<>();
    for (int from = 0; from < lines.size(); from += width) {
      int to = Math.min(from + width, lines.size());
      column.add(
          lines.subList(from, to).stream()
              .mapToDouble(number)
              .filter(Double::isFinite)
              .average()
              .orElse(Double.NaN));
    }
    return column;
  }
}
