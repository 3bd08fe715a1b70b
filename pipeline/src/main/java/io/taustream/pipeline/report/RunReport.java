package io.taustream.pipeline.report;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * All that the report of one run is made from.
 *
 * @param run the run's name
 * @param state how far it came
 * @param date when the report was made
 * @param summary the configuration in one line
 * @param configuration the configuration file's text
 * @param classNames the names of the classes in their order; empty where they are not known
 * @param metrics the lines of the run's {@link MetricsLog}, in order
 * @param skipped the lines of its {@link SkippedLog}
 */
public record RunReport(
    String run,
    State state,
    Instant date,
    String summary,
    String configuration,
    List<String> classNames,
    List<MetricRecord> metrics,
    List<SkippedSample> skipped) {

  /** How far a run came. */
  public enum State {
    RUNNING,
    DONE,
    STOPPED,
    FAILED
  }

  public RunReport {
    Objects.requireNonNull(run, "run");
    Objects.requireNonNull(state, "state");
    Objects.requireNonNull(date, "date");
    Objects.requireNonNull(summary, "summary");
    Objects.requireNonNull(configuration, "configuration");
    classNames = List.copyOf(classNames);
    metrics = List.copyOf(metrics);
    skipped = List.copyOf(skipped);
  }

  /** The same report over other lines. */
  public RunReport withMetrics(List<MetricRecord> lines) {
    return new RunReport(run, state, date, summary, configuration, classNames, lines, skipped);
  }

  /** The training loss over the steps, in order. */
  public List<StepRecord> steps() {
    return lines(StepRecord.class).toList();
  }

  /** The finished epochs, in order. */
  public List<EpochRecord> epochs() {
    return lines(EpochRecord.class).toList();
  }

  /** What the stages did, in order of time. */
  public List<StageRecord> stages() {
    return lines(StageRecord.class).toList();
  }

  /** Where the gradients of the loss terms fell, over the steps, in order. */
  public List<GradientRecord> gradients() {
    return lines(GradientRecord.class).toList();
  }

  /** How predictions changed from evaluation to evaluation, in order. */
  public List<DriftRecord> drifts() {
    return lines(DriftRecord.class).toList();
  }

  /** The last evaluation of the student or of the teacher. */
  public Optional<EvaluationRecord> evaluation(EvaluationRecord.Role role) {
    return lines(EvaluationRecord.class)
        .filter(line -> line.role() == role)
        .reduce((earlier, later) -> later);
  }

  /** The mean of each stage's images per second over the run, in the order of first appearance. */
  public Map<String, Double> imagesPerSecond() {
    return lines(StageRecord.class)
        .filter(line -> Double.isFinite(line.imagesPerSecond()))
        .collect(
            Collectors.groupingBy(
                StageRecord::stage,
                LinkedHashMap::new,
                Collectors.averagingDouble(StageRecord::imagesPerSecond)));
  }

  /** The mean of each stage's busy share over the run, likewise. */
  public Map<String, Double> busyShare() {
    return lines(StageRecord.class)
        .filter(line -> Double.isFinite(line.busyShare()))
        .collect(
            Collectors.groupingBy(
                StageRecord::stage,
                LinkedHashMap::new,
                Collectors.averagingDouble(StageRecord::busyShare)));
  }

  private <T extends MetricRecord> Stream<T> lines(Class<T> kind) {
    return metrics.stream().filter(kind::isInstance).map(kind::cast);
  }
}
