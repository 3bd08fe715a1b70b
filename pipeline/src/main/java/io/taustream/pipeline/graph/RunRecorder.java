package io.taustream.pipeline.graph;

import io.taustream.pipeline.report.DriftRecord;
import io.taustream.pipeline.report.EpochRecord;
import io.taustream.pipeline.report.EvaluationRecord;
import io.taustream.pipeline.report.GradientRecord;
import io.taustream.pipeline.report.MetricsLog;
import io.taustream.pipeline.report.StageRecord;
import io.taustream.pipeline.report.StepRecord;
import io.taustream.student.diagnose.Drift;
import io.taustream.student.diagnose.TermGradients;
import io.taustream.student.evaluate.Evaluation;
import io.taustream.student.train.StepResult;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Writes a run's {@code metrics.jsonl}: training loss by intervals of steps, what the stages did
 * meanwhile, epochs, evaluations, diagnoses. Not thread-safe; used on the training thread.
 */
final class RunRecorder {
  private static final int STEPS_A_LINE = 20;

  /** A matrix of more classes than these is larger than all other lines together. */
  private static final int MOST_CONFUSION_CLASSES = 200;

  private final MetricsLog log;
  private final RunFolder folder;
  private final int classes;
  private final List<StageMeter> meters;
  private final double secondsBefore;
  private final long begun = System.nanoTime();

  private final Map<String, Double> termSums = new LinkedHashMap<>();
  private double lossSum;
  private int steps;
  private long readAt = begun;
  private List<StageMeter.Reading> readings;

  /**
   * @param folder that the log is part of
   * @param meters of the stages, in the order of the flow
   */
  RunRecorder(MetricsLog log, RunFolder folder, int classes, List<StageMeter> meters) {
    this.log = log;
    this.folder = folder;
    this.classes = classes;
    this.meters = List.copyOf(meters);
    this.secondsBefore = log.seconds();
    this.readings = read();
  }

  /** Adds a step to the interval; the interval ends by itself after some steps. */
  void step(int epoch, StepResult result) {
    lossSum += result.loss();
    for (Map.Entry<String, Double> value : result.terms().entrySet()) {
      termSums.merge(value.getKey(), value.getValue(), Double::sum);
    }
    result.gradients().ifPresent(found -> gradients(epoch, result.step(), found));
    if (++steps == STEPS_A_LINE) {
      endInterval(epoch, result.step(), result.learningRate());
    }
  }

  /** Ends the interval, where it holds a step: before a checkpoint and at the end of an epoch. */
  void endInterval(int epoch, long step, double learningRate) {
    if (steps == 0) {
      return;
    }
    Map<String, Double> terms = new LinkedHashMap<>();
    termSums.forEach((name, sum) -> terms.put(name, sum / steps));
    log.append(new StepRecord(step, epoch, lossSum / steps, terms, learningRate));
    stages(step);
    termSums.clear();
    lossSum = 0;
    steps = 0;
  }

  /** What the stages did since the last time. */
  private void stages(long step) {
    long now = System.nanoTime();
    List<StageMeter.Reading> current = read();
    double seconds = secondsBefore + (now - begun) / 1e9;
    for (int i = 0; i < current.size(); i++) {
      StageMeter.Reading done = current.get(i).since(readings.get(i));
      if (done.images() > 0) {
        log.append(
            new StageRecord(
                step,
                seconds,
                done.stage(),
                done.images() * 1e9 / (now - readAt),
                done.busyShare(now - readAt)));
      }
    }
    readAt = now;
    readings = current;
  }

  void epoch(int epoch, long step, EpochMeans means, Optional<Evaluation> test) {
    log.append(
        new EpochRecord(
            step,
            epoch,
            means.seconds(),
            means.images(),
            means.loss(),
            test.map(t -> t.top1().orElse(Double.NaN)).orElse(Double.NaN),
            test.map(t -> t.nll().orElse(Double.NaN)).orElse(Double.NaN)));
  }

  void evaluation(long step, EvaluationRecord.Role role, String model, Evaluation found) {
    log.append(
        new EvaluationRecord(
            step,
            role,
            model,
            found.samples(),
            found.top1().orElse(Double.NaN),
            found.top5().orElse(Double.NaN),
            found.nll().orElse(Double.NaN),
            found.ece().orElse(Double.NaN),
            found.agreement().orElse(Double.NaN),
            found.kendallTau().orElse(Double.NaN),
            rows(found)));
  }

  private void gradients(int epoch, long step, TermGradients found) {
    Map<String, List<Double>> shares = new LinkedHashMap<>();
    found
        .shares()
        .forEach(
            (term, share) -> shares.put(term, share.stream().map(RunRecorder::brief).toList()));
    log.append(
        new GradientRecord(
            step,
            epoch,
            found.groups().ends(),
            shares,
            brief(found.norms()),
            brief(found.cosines())));
  }

  private static Map<String, Double> brief(Map<String, Double> numbers) {
    Map<String, Double> brief = new LinkedHashMap<>();
    numbers.forEach((name, number) -> brief.put(name, brief(number)));
    return brief;
  }

  /** Five significant digits: the others are noise, and would be most of the log's bytes. */
  private static double brief(double number) {
    return Double.isFinite(number)
        ? new BigDecimal(number).round(new MathContext(5)).doubleValue()
        : number;
  }

  void drift(int epoch, long step, Drift found) {
    log.append(
        new DriftRecord(
            step,
            epoch,
            found.samples(),
            found.turnedWrong(),
            found.turnedRight(),
            found.klFell(),
            found.fellWasRight(),
            found.fellTurnedWrong(),
            found.fellTurnedRight()));
  }

  /** Returns when all lines lie where they outlast this process, and this machine if on S3. */
  void force() {
    log.force();
    folder.publishLogs();
  }

  private List<List<Integer>> rows(Evaluation found) {
    List<List<Integer>> rows = new ArrayList<>();
    if (classes > MOST_CONFUSION_CLASSES) {
      return rows;
    }
    for (int label = 0; label < classes; label++) {
      List<Integer> row = new ArrayList<>();
      for (int predicted = 0; predicted < classes; predicted++) {
        row.add(Math.toIntExact(found.confusion().count(label, predicted)));
      }
      rows.add(row);
    }
    return rows;
  }

  private List<StageMeter.Reading> read() {
    return meters.stream().map(StageMeter::read).toList();
  }
}
