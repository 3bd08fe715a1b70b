package io.taustream.pipeline.graph;

import io.taustream.pipeline.config.RunConfig;
import io.taustream.pipeline.report.EvaluationRecord;
import io.taustream.pipeline.report.EvaluationRecord.Role;
import io.taustream.pipeline.report.MetricsLog;
import io.taustream.pipeline.report.RunReport;
import io.taustream.pipeline.report.SkippedLog;
import io.taustream.storage.sample.Shard;
import io.taustream.student.checkpoint.TrainingProgress;
import io.taustream.student.onnx.OnnxExport;
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
  private boolean metricsAreItsOwn;

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
  @SuppressWarnings("try") // the folder is held, and nothing asked of the hold
  public Summary run(boolean labelling, boolean fresh) {
    config.warnings().forEach(LOG::warn);
    RunFolder folder = RunFolder.of(config, resources);
    DataSources data = DataSources.open(config.data(), resources.objects());
    List<TeacherSlot> teachers = TeacherSlot.all(config, resources, version);
    try (RunFolder.Hold hold = folder.hold();
        TrainingLabels labels =
            new TrainingLabels(
                config, resources, data, config.distils() ? teachers : List.of(), stop)) {
      if (fresh) {
        // What can fail comes before the old results go.
        if (!labelling) {
          labels.requireAll();
        }
        folder.clear();
      }
      return run(folder, data, teachers, labels, labelling);
    } finally {
      teachers.forEach(TeacherSlot::close);
    }
  }

  /**
   * Whether the folder's metrics are of this run: of exactly this configuration, and of what the
   * run has reached. Before, they may be another's. Tells of a run that failed how far it had come.
   */
  boolean metricsAreItsOwn() {
    return metricsAreItsOwn;
  }

  private Summary run(
      RunFolder folder,
      DataSources data,
      List<TeacherSlot> teachers,
      TrainingLabels labels,
      boolean labelling) {
    String fingerprint = RunFingerprint.of(config, teachers);
    try (StudentAssembly student = StudentAssembly.open(config, resources, folder, fingerprint);
        MetricsLog metrics = MetricsLog.open(folder.file(RunFolder.METRICS));
        SkippedLog skipped = SkippedLog.open(folder.file(RunFolder.SKIPPED))) {
      metrics.truncateAfter(student.resumed() ? student.progress().step() : -1);
      metricsAreItsOwn = true;
      Inputs inputs = new Inputs(folder, data, teachers, labels, student, metrics, skipped);
      return finished(student) ? alreadyFinished(inputs) : train(inputs, labelling);
    }
  }

  /** What one call of {@link #run} has open. */
  record Inputs(
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
    // Perhaps the process was killed between the last checkpoint and these.
    RunReport report = writeResults(inputs, true);
    return new Summary(
        true,
        true,
        done.epoch(),
        done.step(),
        report.evaluation(Role.STUDENT),
        report.evaluation(Role.TEACHER),
        0,
        inputs.folder(),
        List.of());
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
      TestSetFactory.evaluateTeacher(config, inputs.data(), inputs.teachers())
          .ifPresent(
              found -> recorder.evaluation(0, Role.TEACHER, names(inputs.teachers()), found));
    }
    TrainingRun.Outcome outcome;
    try {
      outcome =
          new TrainingRunAssembly(config, resources, stop, progress)
              .make(inputs, gate, recorder)
              .run()
              .block();
    } finally {
      resources.workers().settle();
    }
    return summary(inputs, outcome, begun);
  }

  private Summary summary(Inputs inputs, TrainingRun.Outcome outcome, long begun) {
    RunReport report = writeResults(inputs, outcome.finished());
    return new Summary(
        outcome.finished(),
        false,
        outcome.epoch(),
        outcome.step(),
        report.evaluation(Role.STUDENT),
        report.evaluation(Role.TEACHER),
        (System.nanoTime() - begun) / 1e9,
        inputs.folder(),
        resources.readings());
  }

  private RunReport writeResults(Inputs inputs, boolean finished) {
    inputs.metrics().force();
    inputs.folder().publishLogs();
    if (finished) {
      StudentFormat format = StudentFormat.of(config.student());
      inputs
          .folder()
          .write(RunFolder.STUDENT + format.ending(), format.model(inputs.student().student()));
      inputs.folder().write(RunFolder.CARD, OnnxExport.card(inputs.student().student()));
    }
    return RunReports.write(inputs.folder(), config, configText, finished);
  }

  private UnaryOperator<Flux<Shard>> gate(TrainingLabels labels, boolean labelling) {
    if (!labelling || !config.distils()) {
      labels.requireAll();
      return shards -> shards;
    }
    return labels.labelWhileTraining(progress)::pass;
  }

  private static String names(List<TeacherSlot> teachers) {
    return teachers.stream().map(slot -> slot.identity().name()).collect(Collectors.joining("+"));
  }
}
