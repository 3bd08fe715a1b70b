package io.taustream.pipeline.graph;

import io.taustream.pipeline.report.EvaluationRecord.Role;
import io.taustream.student.checkpoint.Checkpoint;
import io.taustream.student.checkpoint.CheckpointStore;
import io.taustream.student.checkpoint.TrainingProgress;
import io.taustream.student.diagnose.Drift;
import io.taustream.student.diagnose.SampleOutcomes;
import io.taustream.student.evaluate.Evaluation;
import io.taustream.student.evaluate.StudentEvaluator;
import io.taustream.student.loss.LearnedParameters;
import io.taustream.student.model.Student;
import io.taustream.student.optimizer.Optimizer;
import io.taustream.student.optimizer.Schedule;
import io.taustream.student.train.StepResult;
import io.taustream.student.train.StepTime;
import io.taustream.student.train.TrainStage;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * Trains a student epoch by epoch, from its last checkpoint to the end or until it is asked to
 * stop. Steps, checkpoints and metrics follow each other on the training thread, so that a
 * checkpoint is always of the moment between two steps.
 */
final class TrainingRun {
  private static final Logger LOG = LoggerFactory.getLogger(TrainingRun.class);

  private final Plan plan;
  private final Parts parts;
  private final StopRequest stop;
  private final Progress progress;
  private final String testSet;

  private int epoch;
  private long position;
  private long step;
  private EpochMeans means;
  private Optional<SampleOutcomes> outcomes;

  /**
   * How long and how often.
   *
   * @param samples in an epoch, as far as it is known
   * @param checkpointEvery steps between checkpoints beside the one after each epoch
   * @param evaluateEvery epochs between evaluations; the last one is always evaluated
   */
  record Plan(
      int epochs,
      Schedule schedule,
      long samples,
      OptionalInt checkpointEvery,
      int evaluateEvery,
      long seed,
      String fingerprint) {}

  /**
   * What it trains with; all of it is borrowed.
   *
   * @param learned what the loss learns
   * @param test absent: the student is not evaluated
   * @param training the thread that {@code stage} trains on
   */
  record Parts(
      Student student,
      LearnedParameters learned,
      Optimizer optimizer,
      TrainStage stage,
      EpochBatches batches,
      StudentEvaluator evaluator,
      Optional<TestSet> test,
      CheckpointStore checkpoints,
      RunRecorder recorder,
      StageMeter meter,
      Scheduler training) {}

  /**
   * @param from where the run stands; its tensors are restored already
   */
  TrainingRun(Plan plan, Parts parts, TrainingProgress from, StopRequest stop, Progress progress) {
    this.plan = plan;
    this.parts = parts;
    this.stop = stop;
    this.progress = progress;
    this.epoch = from.epoch();
    this.position = from.position();
    this.step = from.step();
    RunNotes notes = RunNotes.fromJson(from.metrics());
    this.means = notes.means();
    this.testSet = parts.test().map(TestSet::identity).orElse("");
    this.outcomes = notes.outcomesOf(testSet);
  }

  /**
   * How a run ended.
   *
   * @param finished whether all epochs are done; else it was asked to stop
   * @param epoch epochs done
   * @param step steps done
   */
  record Outcome(boolean finished, int epoch, long step) {}

  /** Trains. Cold; subscribe once. */
  Mono<Outcome> run() {
    return Flux.range(epoch, plan.epochs() - epoch)
        .concatMap(this::epoch, 1)
        .then(Mono.fromSupplier(this::outcome));
  }

  private Outcome outcome() {
    boolean finished = epoch == plan.epochs();
    if (!finished) {
      LOG.info("Stopped after step {}: a checkpoint is written", step);
    }
    return new Outcome(finished, epoch, step);
  }

  private Mono<Void> epoch(int number) {
    return Mono.defer(
        () -> {
          if (stop.stopRequested()) {
            return Mono.empty();
          }
          String what = "epoch %d of %d".formatted(number + 1, plan.epochs());
          return Flux.using(
                  () -> progress.begin(what, plan.samples()),
                  task -> steps(number, task),
                  Progress.Task::close)
              .takeUntil(result -> stop.stopRequested())
              .onErrorResume(StoppedException.class, e -> Flux.empty())
              .then(Mono.defer(() -> stop.stopRequested() ? stopped(number) : endEpoch(number)));
        });
  }

  private Flux<StepResult> steps(int number, Progress.Task task) {
    task.advance(position);
    return parts
        .stage()
        .apply(
            parts.batches().of(number, position),
            samples -> time(number, samples),
            new AfterStep(number, task)::accept);
  }

  /** Keeps this run in step with the student; on the training thread. */
  private final class AfterStep {
    private final int number;
    private final Progress.Task task;
    private long before = System.nanoTime();

    AfterStep(int number, Progress.Task task) {
      this.number = number;
      this.task = task;
    }

    void accept(StepResult result) {
      long now = System.nanoTime();
      position = result.through();
      step = result.step();
      means = means.plus(result, (now - before) / 1e9);
      before = now;
      parts.meter().add(result.samples(), Math.round(result.seconds() * 1e9));
      parts.recorder().step(number, result);
      task.advance(result.samples());
      if (plan.checkpointEvery().isPresent() && step % plan.checkpointEvery().getAsInt() == 0) {
        parts.recorder().endInterval(number, step, result.learningRate());
        checkpoint();
      }
    }
  }

  /** On the training thread, behind a step that a cancellation may have left under way. */
  private Mono<Void> stopped(int number) {
    return Mono.<Void>fromRunnable(
            () -> {
              parts.recorder().endInterval(number, step, time(number, position).learningRate());
              checkpoint();
            })
        .subscribeOn(parts.training());
  }

  private StepTime time(int number, long samples) {
    double fractional = Schedule.fractionalEpoch(number, samples, plan.samples());
    return new StepTime(fractional, plan.schedule().learningRate(fractional));
  }

  private Mono<Void> endEpoch(int number) {
    boolean due = (number + 1) % plan.evaluateEvery() == 0 || number + 1 == plan.epochs();
    Mono<Optional<Evaluation>> evaluation =
        due && parts.test().isPresent()
            ? parts.test().get().evaluate(parts.evaluator()).map(Optional::of)
            : Mono.just(Optional.empty());
    return evaluation.publishOn(parts.training()).doOnNext(found -> endEpoch(number, found)).then();
  }

  private void endEpoch(int number, Optional<Evaluation> found) {
    parts.recorder().endInterval(number, step, time(number, position).learningRate());
    parts.recorder().epoch(number, step, means, found);
    found.ifPresent(
        evaluation -> {
          parts.recorder().evaluation(step, Role.STUDENT, parts.student().name(), evaluation);
          drift(number, evaluation);
        });
    LOG.info(
        "Epoch {} of {}: loss {}{}",
        number + 1,
        plan.epochs(),
        "%.4f".formatted(means.loss()),
        found
            .map(Evaluation::top1)
            .filter(OptionalDouble::isPresent)
            .map(OptionalDouble::getAsDouble)
            .map(", test top-1 %.4f"::formatted)
            .orElse(""));
    epoch = number + 1;
    position = 0;
    means = EpochMeans.NONE;
    checkpoint();
  }

  private void drift(int number, Evaluation now) {
    outcomes
        .flatMap(before -> now.outcomes().flatMap(after -> Drift.between(before, after)))
        .ifPresent(drift -> parts.recorder().drift(number, step, drift));
    outcomes = now.outcomes();
  }

  /** Metrics first: a checkpoint's step always has its lines. */
  private void checkpoint() {
    parts.recorder().force();
    TrainingProgress now =
        new TrainingProgress(
            step,
            epoch,
            position,
            plan.seed(),
            plan.fingerprint(),
            new RunNotes(means, outcomes, testSet).toJson());
    parts
        .checkpoints()
        .save(Checkpoint.of(parts.student(), parts.learned().tensors(), parts.optimizer(), now))
        .block();
  }
}
