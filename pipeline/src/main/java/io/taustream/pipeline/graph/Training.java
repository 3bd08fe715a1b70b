package io.taustream.pipeline.graph;

import io.taustream.ingest.order.EpochOrder;
import io.taustream.pipeline.config.RunConfig;
import io.taustream.pipeline.report.EvaluationRecord;
import io.taustream.pipeline.report.EvaluationRecord.Role;
import io.taustream.pipeline.report.MetricsLog;
import io.taustream.pipeline.report.SkippedLog;
import io.taustream.storage.sample.Shard;
import io.taustream.student.checkpoint.TrainingProgress;
import io.taustream.student.evaluate.StudentEvaluator;
import io.taustream.student.onnx.OnnxExport;
import io.taustream.student.train.StudentTrainer;
import io.taustream.student.train.TrainStage;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;

/**
 * Trains a run's student from its last checkpoint on: what {@code taustream train} and {@code
 * taustream run} do. Blocking.
 */
public final class Training {
  private static final Logger LOG = LoggerFactory.getLogger(Training.class);

  private final RunConfig config;
  private final String configText;
  private final Resources resources;
  private final String version;
  private final Progress progress;
  private final StopRequest stop;

  /**
   * @param configText the configuration file as written, for the report
   */
  public Training(
      RunConfig config,
      String configText,
      Resources resources,
      String version,
      Progress progress,
      StopRequest stop) {
    this.config = config;
    this.configText = configText;
    this.resources = resources;
    this.version = version;
    this.progress = progress;
    this.stop = stop;
  }

  /**
   * How training ended.
   *
   * @param finished whether all epochs are done; else the process was asked to stop
   * @param already whether all epochs were done before
   * @param evaluation of the student after the last epoch
   * @param teacher the same of its teachers, where the test data has been labelled
   * @param seconds by the clock
   * @param stages what each stage did
   */
  public record Summary(
      boolean finished,
      boolean already,
      int epochs,
      long steps,
      Optional<EvaluationRecord> evaluation,
      Optional<EvaluationRecord> teacher,
      double seconds,
      RunFolder folder,
      List<StageMeter.Reading> stages) {}

  /**
   * Trains.
   *
   * @param labelling labels what has no labels yet while the student trains; without it, missing
   *     labels are an error
   * @param fresh starts over: what the run has left so far is removed
   */
  public Summary run(boolean labelling, boolean fresh) {
    config.requireTrainable();
    config.warnings().forEach(LOG::warn);
    RunFolder folder =
        RunFolder.open(
            resources.objects(),
            config.work().uri().child(config.run()),
            resources.scratch().resolve(config.run()));
    if (fresh) {
      folder.clear();
    }
    DataSources data = DataSources.open(config.data(), resources.objects());
    List<TeacherSlot> teachers = TeacherSlot.all(config, resources, version);
    try (TrainingLabels labels =
            new TrainingLabels(
                config, resources, data, config.distils() ? teachers : List.of(), stop);
        StudentAssembly student =
            StudentAssembly.open(config, resources, folder, fingerprint(config, teachers));
        MetricsLog metrics = MetricsLog.open(folder.file(RunFolder.METRICS));
        SkippedLog skipped = SkippedLog.open(folder.file(RunFolder.SKIPPED))) {
      if (student.resumed()) {
        metrics.truncateAfter(student.progress().step());
      } else {
        metrics.clear();
      }
      Inputs inputs = new Inputs(folder, data, teachers, labels, student, metrics, skipped);
      return finished(student) ? alreadyFinished(inputs) : train(inputs, labelling);
    } finally {
      teachers.forEach(TeacherSlot::close);
    }
  }

  /** What one call of {@link #run} has open. */
  private record Inputs(
      RunFolder folder,
      DataSources data,
      List<TeacherSlot> teachers,
      TrainingLabels labels,
      StudentAssembly student,
      MetricsLog metrics,
      SkippedLog skipped) {}

  private boolean finished(StudentAssembly student) {
    return student.progress().epoch() >= config.train().epochs();
  }

  private Summary alreadyFinished(Inputs inputs) {
    TrainingProgress done = inputs.student().progress();
    LOG.info(
        "All {} epochs of {} are done; --fresh starts over", config.train().epochs(), config.run());
    return new Summary(
        true,
        true,
        done.epoch(),
        done.step(),
        last(inputs, Role.STUDENT),
        last(inputs, Role.TEACHER),
        0,
        inputs.folder(),
        List.of());
  }

  private static Optional<EvaluationRecord> last(Inputs inputs, Role role) {
    return RunReports.last(MetricsLog.read(inputs.folder().file(RunFolder.METRICS)), role);
  }

  private Summary train(Inputs inputs, boolean labelling) {
    long begun = System.nanoTime();
    UnaryOperator<Flux<Shard>> gate;
    try {
      gate = gate(inputs.labels(), labelling);
    } catch (StoppedException e) {
      TrainingProgress at = inputs.student().progress();
      return summary(inputs, new TrainingRun.Outcome(false, at.epoch(), at.step()), begun);
    }
    RunRecorder recorder =
        new RunRecorder(
            inputs.metrics(), inputs.folder(), config.data().classes(), resources.meters());
    StudentAssembly student = inputs.student();
    if (student.resumed()) {
      LOG.info(
          "Going on after step {}, in epoch {}",
          student.progress().step(),
          student.progress().epoch() + 1);
    } else {
      TestSets.evaluateTeacher(config, resources, inputs.data(), inputs.teachers())
          .ifPresent(
              found -> recorder.evaluation(0, Role.TEACHER, names(inputs.teachers()), found));
    }
    TrainingRun training =
        new TrainingRun(
            plan(inputs.data(), student.progress().fingerprint()),
            parts(inputs, gate, recorder),
            student.progress(),
            stop,
            progress);
    TrainingRun.Outcome outcome;
    try {
      outcome = training.run().block();
    } finally {
      resources.workers().settle();
    }
    if (outcome.finished()) {
      inputs.folder().write(RunFolder.STUDENT, OnnxExport.model(student.student()));
      inputs.folder().write(RunFolder.CARD, OnnxExport.card(student.student()));
    }
    return summary(inputs, outcome, begun);
  }

  private Summary summary(Inputs inputs, TrainingRun.Outcome outcome, long begun) {
    inputs.metrics().force();
    inputs.folder().publishLogs();
    RunReports.write(inputs.folder(), config, configText, outcome.finished());
    return new Summary(
        outcome.finished(),
        false,
        outcome.epoch(),
        outcome.step(),
        last(inputs, Role.STUDENT),
        last(inputs, Role.TEACHER),
        (System.nanoTime() - begun) / 1e9,
        inputs.folder(),
        resources.meters().stream().map(StageMeter::read).toList());
  }

  private UnaryOperator<Flux<Shard>> gate(TrainingLabels labels, boolean labelling) {
    if (!labelling || !config.distils()) {
      labels.requireAll();
      return shards -> shards;
    }
    return labels.labelWhileTraining(progress)::pass;
  }

  private TrainingRun.Plan plan(DataSources data, String fingerprint) {
    return new TrainingRun.Plan(
        config.train().epochs(),
        StudentAssembly.schedule(config),
        SampleEstimate.of(data.train()).block(),
        config.train().checkpointEvery(),
        config.train().evaluateEvery(),
        config.seed(),
        fingerprint);
  }

  private TrainingRun.Parts parts(
      Inputs inputs, UnaryOperator<Flux<Shard>> gate, RunRecorder recorder) {
    StudentAssembly student = inputs.student();
    EpochBatches batches =
        new EpochBatches(
            inputs.data().train(),
            new EpochOrder(config.seed(), config.data().shuffleWindow()),
            TeacherSlot.trainView(config),
            config.train().batch(),
            resources.images(),
            Labelling.skipped(config, inputs.skipped()),
            gate,
            inputs.labels()::join);
    StudentTrainer trainer =
        new StudentTrainer(
            student.student(),
            student.loss(),
            student.optimizer(),
            student.threads(),
            student.progress().step());
    return new TrainingRun.Parts(
        student.student(),
        student.optimizer(),
        new TrainStage(trainer, resources.workers().student()),
        batches,
        evaluator(student),
        TestSets.of(config, resources, inputs.data(), inputs.teachers()),
        student.checkpoints(),
        recorder,
        resources.studentMeter(),
        resources.workers().student());
  }

  private StudentEvaluator evaluator(StudentAssembly student) {
    return new StudentEvaluator(
        student.student(), Optional.empty(), student.threads(), resources.workers().student());
  }

  /** The configuration's, and who the teachers are: their names alone could stand for others. */
  static String fingerprint(RunConfig config, List<TeacherSlot> teachers) {
    String text =
        config.fingerprint()
            + teachers.stream()
                .map(slot -> " " + slot.identity().sha256())
                .collect(Collectors.joining());
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  private static String names(List<TeacherSlot> teachers) {
    return teachers.stream().map(slot -> slot.identity().name()).collect(Collectors.joining("+"));
  }
}
