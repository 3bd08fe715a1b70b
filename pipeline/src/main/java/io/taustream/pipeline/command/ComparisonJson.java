package io.taustream.pipeline.command;

import io.taustream.pipeline.report.Comparison;
import io.taustream.pipeline.report.Comparison.Candidate;
import io.taustream.pipeline.report.Comparison.SeedRun;
import io.taustream.pipeline.report.EvaluationRecord;
import io.taustream.pipeline.report.Measure;
import io.taustream.pipeline.report.SampleStatistics;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** What {@code --json} tells of a comparison. */
final class ComparisonJson {
  private ComparisonJson() {}

  static Map<String, Object> of(Comparison comparison, String report, boolean stopped) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("state", stopped ? "stopped" : comparison.failed() ? "failed" : "done");
    json.put("seeds", comparison.seeds());
    json.put("teachers", comparison.teachers().stream().map(ComparisonJson::evaluation).toList());
    json.put(
        "configurations",
        comparison.candidates().stream()
            .map(candidate -> candidate(candidate, comparison.candidates().get(0)))
            .toList());
    json.put("report", report);
    return json;
  }

  private static Map<String, Object> candidate(Candidate candidate, Candidate first) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("run", candidate.run());
    json.put("file", candidate.file());
    json.put("best", number(candidate.largest(Measure.TOP1)));
    for (Measure measure : Measure.values()) {
      json.put(measure.key(), statistics(candidate.statistics(measure)));
    }
    Map<String, Object> differences = new LinkedHashMap<>();
    for (Measure measure : Measure.values()) {
      differences.put(measure.key(), statistics(candidate.differences(first, measure)));
    }
    json.put("differences", differences);
    json.put("imagesPerSecond", candidate.imagesPerSecond());
    json.put("runs", candidate.runs().stream().map(ComparisonJson::run).toList());
    return json;
  }

  private static Map<String, Object> run(SeedRun run) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("seed", run.seed());
    json.put("state", run.report().state().name().toLowerCase(Locale.ROOT));
    json.put("failure", run.failure().orElse(null));
    json.put("folder", run.folder());
    json.put("student", run.result().map(ComparisonJson::evaluation).orElse(null));
    return json;
  }

  private static Map<String, Object> evaluation(EvaluationRecord evaluation) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("model", evaluation.model());
    json.put("samples", evaluation.samples());
    for (Measure measure : Measure.values()) {
      json.put(measure.key(), number(measure.of(evaluation)));
    }
    return json;
  }

  private static Map<String, Object> statistics(SampleStatistics statistics) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("count", statistics.count());
    json.put("mean", number(statistics.mean()));
    json.put("deviation", number(statistics.deviation()));
    return json;
  }

  /** JSON has no NaN: what was not measured is null. */
  private static Double number(double value) {
    return Double.isFinite(value) ? (Double) value : null;
  }
}
