package io.taustream.pipeline.report;

import io.taustream.pipeline.report.Comparison.Candidate;
import io.taustream.pipeline.report.Comparison.SeedRun;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * A comparison in the shape that the report's script takes: its component names, in snake case, are
 * what report.js reads. The keys of maps are those of {@link Measure} and names of curves.
 */
record ComparisonModel(
    String date, List<Long> seeds, long samples, List<Teacher> teachers, List<Column> candidates) {

  record Teacher(String model, Map<String, Double> results) {}

  /**
   * One configuration.
   *
   * @param differences to the first configuration, seed by seed
   * @param best the largest top-1 over the seeds
   * @param curves by name
   */
  record Column(
      String run,
      String file,
      String recipe,
      String configuration,
      Map<String, SampleStatistics> statistics,
      SampleStatistics differences,
      double best,
      Map<String, Double> imagesPerSecond,
      Map<String, CurveModel> curves,
      ComparedDiagnosis diagnosis,
      List<Run> runs) {}

  /** One run; {@code failure} is null where it did not fail, results are there where it is done. */
  record Run(long seed, String state, String folder, String failure, Map<String, Double> results) {}

  static ComparisonModel of(Comparison comparison) {
    List<Candidate> candidates = comparison.candidates();
    return new ComparisonModel(
        Instant.now().toString(),
        comparison.seeds(),
        candidates.stream()
            .flatMap(candidate -> candidate.results().values().stream())
            .mapToLong(EvaluationRecord::samples)
            .findFirst()
            .orElse(0),
        comparison.teachers().stream()
            .map(teacher -> new Teacher(teacher.model(), results(teacher)))
            .toList(),
        candidates.stream().map(candidate -> column(candidate, candidates.get(0))).toList());
  }

  private static Column column(Candidate candidate, Candidate first) {
    Map<String, SampleStatistics> statistics = new LinkedHashMap<>();
    for (Measure measure : Measure.values()) {
      statistics.put(measure.key(), candidate.statistics(measure));
    }
    List<RunReport> drawn = drawn(candidate);
    return new Column(
        candidate.run(),
        candidate.file(),
        candidate.recipe(),
        candidate.configuration(),
        statistics,
        candidate.differences(first, Measure.TOP1),
        candidate.largest(Measure.TOP1),
        candidate.imagesPerSecond(),
        curves(drawn),
        ComparedDiagnosis.of(drawn),
        candidate.runs().stream().map(ComparisonModel::run).toList());
  }

  /** Means are of whole runs; of others only as long as there are no whole ones. */
  private static List<RunReport> drawn(Candidate candidate) {
    List<RunReport> done =
        candidate.runs().stream().filter(SeedRun::done).map(SeedRun::report).toList();
    return done.isEmpty() ? candidate.runs().stream().map(SeedRun::report).toList() : done;
  }

  private static Map<String, CurveModel> curves(List<RunReport> runs) {
    Map<String, CurveModel> curves = new LinkedHashMap<>();
    curves.put("test_top1", byEpoch(runs, EpochRecord::testTop1));
    curves.put("test_nll", byEpoch(runs, EpochRecord::testNll));
    curves.put("loss", byEpoch(runs, EpochRecord::loss));
    return curves;
  }

  private static CurveModel byEpoch(List<RunReport> runs, ToDoubleFunction<EpochRecord> number) {
    CurveModel.Points points = new CurveModel.Points();
    for (RunReport run : runs) {
      for (EpochRecord epoch : run.epochs()) {
        points.add(epoch.epoch() + 1.0, number.applyAsDouble(epoch));
      }
    }
    return points.curve();
  }

  private static Run run(SeedRun run) {
    return new Run(
        run.seed(),
        run.report().state().name(),
        run.folder(),
        run.failure().orElse(null),
        run.result().map(ComparisonModel::results).orElse(Map.of()));
  }

  private static Map<String, Double> results(EvaluationRecord evaluation) {
    Map<String, Double> results = new LinkedHashMap<>();
    for (Measure measure : Measure.values()) {
      results.put(measure.key(), measure.of(evaluation));
    }
    return results;
  }
}
