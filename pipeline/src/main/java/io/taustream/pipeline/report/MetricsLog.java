package io.taustream.pipeline.report;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The numbers of a run as they come: {@code metrics.jsonl}, UTF-8, one JSON object a line, each
 * ended by a newline. The fields of each kind are those of {@link StepRecord}, {@link EpochRecord},
 * {@link StageRecord}, {@link EvaluationRecord}, {@link GradientRecord} and {@link DriftRecord};
 * {@link MetricRecord} says how they are written.
 *
 * <p>Nothing is doubled or lost over a stop of the process if the writer of checkpoints keeps this
 * order: append the lines up to step s, {@link #force()}, write the checkpoint of step s; on resume
 * from it, {@link #truncateAfter} s. Steps, epochs, evaluations and diagnoses that the log holds
 * already are not written again. Thread-safe.
 */
public final class MetricsLog implements AutoCloseable {
  private final JsonLines<MetricRecord> lines;
  private long lastStep;
  private int lastEpoch;
  private long lastGradient;
  private long lastDrift;
  private double seconds;
  private final Set<Place> evaluations = new HashSet<>();

  private MetricsLog(JsonLines<MetricRecord> lines) {
    this.lines = lines;
    recount();
  }

  /**
   * Opens a log for appending; makes it if there is none. A half-written last line is dropped.
   *
   * @throws io.taustream.storage.TaustreamException if the file cannot be written or holds a line
   *     of something else
   */
  public static MetricsLog open(Path file) {
    JsonLines<MetricRecord> lines = JsonLines.open(file, MetricRecord.class);
    try {
      return new MetricsLog(lines);
    } catch (RuntimeException e) {
      lines.close();
      throw e;
    }
  }

  /** All whole lines of a log, in order; none where there is no file. */
  public static List<MetricRecord> read(Path file) {
    return JsonLines.read(file, MetricRecord.class);
  }

  /** Appends a line, unless it is there already; stages are the exception. */
  public synchronized void append(MetricRecord line) {
    boolean known =
        (line instanceof StepRecord step && step.step() <= lastStep)
            || (line instanceof EpochRecord epoch && epoch.epoch() <= lastEpoch)
            || (line instanceof GradientRecord gradient && gradient.step() <= lastGradient)
            || (line instanceof DriftRecord drift && drift.step() <= lastDrift)
            || (line instanceof EvaluationRecord found && evaluations.contains(Place.of(found)));
    if (!known) {
      lines.append(line);
      count(line);
    }
  }

  /** Drops every line of a later step: what the run is about to do again. */
  public synchronized void truncateAfter(long step) {
    lines.retain(line -> line.step() <= step);
    recount();
  }

  /** The run's running time in seconds so far, from its last {@link StageRecord}; 0 at first. */
  public synchronized double seconds() {
    return seconds;
  }

  /** Returns when all lines lie on the disk. */
  public void force() {
    lines.force();
  }

  @Override
  public void close() {
    lines.close();
  }

  private void recount() {
    lastStep = 0;
    lastEpoch = -1;
    lastGradient = 0;
    lastDrift = 0;
    seconds = 0;
    evaluations.clear();
    lines.read().forEach(this::count);
  }

  private void count(MetricRecord line) {
    if (line instanceof StepRecord step) {
      lastStep = Math.max(lastStep, step.step());
    } else if (line instanceof EpochRecord epoch) {
      lastEpoch = Math.max(lastEpoch, epoch.epoch());
    } else if (line instanceof GradientRecord gradient) {
      lastGradient = Math.max(lastGradient, gradient.step());
    } else if (line instanceof DriftRecord drift) {
      lastDrift = Math.max(lastDrift, drift.step());
    } else if (line instanceof StageRecord stage) {
      seconds = Math.max(seconds, stage.seconds());
    } else if (line instanceof EvaluationRecord found) {
      evaluations.add(Place.of(found));
    }
  }

  /** Of whom and when an evaluation is. */
  private record Place(long step, EvaluationRecord.Role role, String model) {
    static Place of(EvaluationRecord found) {
      return new Place(found.step(), found.role(), found.model());
    }
  }
}
