package io.taustream.pipeline.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.taustream.pipeline.report.DriftRecord;
import io.taustream.pipeline.report.EpochRecord;
import io.taustream.pipeline.report.EvaluationRecord;
import io.taustream.pipeline.report.GradientRecord;
import io.taustream.pipeline.report.MetricRecord;
import io.taustream.pipeline.report.MetricsLog;
import io.taustream.pipeline.report.StepRecord;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Processes that are killed or stopped and started again: in the end all is as if nothing had
 * happened.
 */
class InterruptedRunTest {
  private static final int CHECKPOINT_EVERY = 2;

  /** So many that a second diagnosis falls among them. */
  private static final int STEPS = TinyRun.EPOCHS * TinyRun.TRAIN_SAMPLES / 6;

  /** The step whose gradients are looked at behind those of the first. */
  private static final long SECOND_DIAGNOSIS = 21;

  @TempDir static Path folder;

  private static Map<String, ByteBuffer> labels;
  private static byte[] student;
  private static List<MetricRecord> diagnoses;

  /** The run that nobody disturbs. */
  @BeforeAll
  static void undisturbed() {
    TinyRun run = run("undisturbed");
    run.command("run", "CONFIG").isDone();
    labels = run.labelFiles();
    student = run.student();
    requireEveryLineOnce(metrics(run), STEPS);
    diagnoses = diagnoses(run);
    assertThat(diagnoses)
        .hasExactlyElementsOfTypes(GradientRecord.class, GradientRecord.class, DriftRecord.class);
    assertThat(diagnoses.get(1).step()).isEqualTo(SECOND_DIAGNOSIS);
  }

  private static TinyRun run(String name) {
    return TinyRun.in(folder.resolve(name)).edit("batch: 8", "batch: 6");
  }

  @Test
  void killedLabellingGoesOnToTheSameLabels() {
    TinyRun run = run("label");
    try (ChildProcess child = child(run, "label")) {
      child.await(() -> !run.labelFiles().isEmpty());
    }
    Map<String, ByteBuffer> left = run.labelFiles();
    assertThat(left).isNotEmpty();
    assertThat(labels).containsAllEntriesOf(left);

    run.command("label", "CONFIG").isDone();

    assertThat(run.labelFiles()).isEqualTo(labels);
  }

  @Test
  void killedTrainingGoesOnToTheSameStudent() {
    TinyRun run = run("train");
    run.command("label", "CONFIG").isDone();
    try (ChildProcess child = child(run, "train")) {
      child.await(() -> !checkpoints(run).isEmpty());
    }
    List<String> first = checkpoints(run);
    assertThat(first).isNotEmpty();
    try (ChildProcess child = child(run, "train")) {
      child.await(() -> !checkpoints(run).equals(first));
    }

    run.command("train", "CONFIG").isDone();

    assertThat(run.student()).isEqualTo(student);
    assertThat(diagnoses(run)).isEqualTo(diagnoses);
    requireEveryLineOnce(metrics(run), STEPS);
  }

  @Test
  void trainingKilledBeforeItsFirstCheckpointBeginsAnew() {
    TinyRun run = run("early");
    run.command("label", "CONFIG").isDone();
    run.edit("checkpoint-every: 2", "checkpoint-every: 1000");
    try (ChildProcess child = child(run, "train")) {
      child.await(() -> !metrics(run).isEmpty());
    }
    run.edit("checkpoint-every: 1000", "checkpoint-every: 2");

    run.command("train", "CONFIG").isDone();

    assertThat(run.student()).isEqualTo(student);
    assertThat(diagnoses(run)).isEqualTo(diagnoses);
    requireEveryLineOnce(metrics(run), STEPS);
  }

  @Test
  void killedRunGoesOnToTheSameLabelsAndStudent() {
    TinyRun run = run("run");
    try (ChildProcess child = child(run, "run")) {
      child.await(() -> !run.labelFiles().isEmpty());
    }
    try (ChildProcess child = child(run, "run")) {
      child.await(() -> !checkpoints(run).isEmpty());
    }

    run.command("run", "CONFIG").isDone();

    assertThat(run.labelFiles()).isEqualTo(labels);
    assertThat(run.student()).isEqualTo(student);
    assertThat(diagnoses(run)).isEqualTo(diagnoses);
    requireEveryLineOnce(metrics(run), STEPS);
  }

  @Test
  void killsAtAnyMomentChangeNothing() {
    TinyRun run = run("anywhere");
    Random random = new Random(5);
    for (int kill = 0; kill < 3; kill++) {
      try (ChildProcess child = child(run, "run")) {
        child.await(() -> child.said().contains("CPU"));
        ChildProcess.sleep(Duration.ofMillis(random.nextInt(900)));
      }
    }

    run.command("run", "CONFIG").isDone();

    assertThat(run.labelFiles()).isEqualTo(labels);
    assertThat(run.student()).isEqualTo(student);
    assertThat(diagnoses(run)).isEqualTo(diagnoses);
    requireEveryLineOnce(metrics(run), STEPS);
  }

  /** As a process leaves it that is killed behind its last checkpoint. */
  @Test
  void trainingKilledBeforeItWroteItsResultsWritesThem() throws IOException {
    TinyRun run = run("results");
    run.command("run", "CONFIG").isDone();
    for (String result : List.of("student.onnx", "student.yaml", "report.html")) {
      Files.delete(run.results().resolve(result));
    }

    run.command("train", "CONFIG").isDone();

    assertThat(run.student()).isEqualTo(student);
    assertThat(run.results().resolve("student.yaml")).isNotEmptyFile();
    assertThat(run.results().resolve("report.html")).isNotEmptyFile();
    requireEveryLineOnce(metrics(run), STEPS);
  }

  /** As a process leaves it that is killed between the two diagnoses of gradients. */
  @Test
  void diagnosesBehindAResumptionAreTheSame() throws IOException {
    TinyRun run =
        run("diagnoses")
            .edit("checkpoint-every: 2", "checkpoint-every: 2\n  keep-checkpoints: 100");
    run.command("run", "CONFIG").isDone();
    for (String later : checkpoints(run)) {
      if (!later.equals("checkpoint-000000010.safetensors")) {
        Files.delete(run.results().resolve("checkpoints").resolve(later));
      }
    }

    Ended resumed = run.command("train", "CONFIG").isDone();

    assertThat(resumed.err()).contains("Going on after step 10");
    assertThat(run.student()).isEqualTo(student);
    assertThat(diagnoses(run)).isEqualTo(diagnoses);
    requireEveryLineOnce(metrics(run), STEPS);
  }

  @Test
  void aSecondProcessLeavesARunningOneAlone() {
    TinyRun run = longRun("two");
    try (ChildProcess child = child(run, "run")) {
      child.await(() -> !checkpoints(run).isEmpty());

      run.command("train", "CONFIG", "--fresh")
          .failed(1, "another process works on", "two/work/tiny");

      assertThat(checkpoints(run)).isNotEmpty();
      child.signal("TERM");
      assertThat(child.end().status()).isEqualTo(143);
    }
  }

  @Test
  void termEndsTrainingBehindACheckpointOfItsLastStep() {
    TinyRun run = longRun("term");

    Ended ended = stopped(run, "TERM");

    assertThat(ended.status()).as(ended.err()).isEqualTo(143);
    requireCheckpointOfLastStep(run, ended);
  }

  @Test
  void interruptEndsTrainingBehindACheckpointOfItsLastStep() {
    TinyRun run = longRun("int");

    Ended ended = stopped(run, "INT");

    assertThat(ended.status()).as(ended.err()).isEqualTo(130);
    requireCheckpointOfLastStep(run, ended);
  }

  @Test
  void termEndsLabellingBetweenTwoLabelFiles() {
    TinyRun run = run("term-label").edit("batch: 16", "batch: 1");
    Ended ended;
    try (ChildProcess child = child(run, "label")) {
      child.await(() -> !run.labelFiles().isEmpty());
      child.signal("TERM");
      ended = child.end();
    }

    assertThat(ended.status()).as(ended.err()).isEqualTo(143);
    assertThat(ended.out()).contains("stopped; the same command goes on");
    run.command("labels", "inspect", run.folder().resolve("work/labels").toString()).isDone();
    run.command("label", "CONFIG").isDone();
    run.command("labels", "verify", "CONFIG").isDone();
  }

  /** So many epochs that the signal always comes before their end. */
  private static TinyRun longRun(String name) {
    return run(name)
        .edit("epochs: 2", "epochs: 500")
        .edit("checkpoint-every: 2", "keep-checkpoints: 1");
  }

  private static Ended stopped(TinyRun run, String signal) {
    try (ChildProcess child = child(run, "run")) {
      child.await(() -> !checkpoints(run).isEmpty());
      child.signal(signal);
      return child.end();
    }
  }

  private static void requireCheckpointOfLastStep(TinyRun run, Ended ended) {
    assertThat(ended.out()).contains("stopped; the same command goes on");
    List<MetricRecord> lines = metrics(run);
    long last = lines.get(lines.size() - 1).step();
    assertThat(ended.err()).contains("Stopped after step " + last + ":");
    assertThat(checkpoints(run)).containsExactly("checkpoint-%09d.safetensors".formatted(last));
    assertThat(run.results().resolve("report.html")).isNotEmptyFile();
  }

  private static ChildProcess child(TinyRun run, String command) {
    return ChildProcess.start(folder, run.withConfig(command, "CONFIG"));
  }

  private static List<String> checkpoints(TinyRun run) {
    return List.copyOf(
        TinyRun.files(run.results().resolve("checkpoints"), ".safetensors").keySet());
  }

  private static List<MetricRecord> metrics(TinyRun run) {
    return MetricsLog.read(run.results().resolve("metrics.jsonl"));
  }

  private static List<MetricRecord> diagnoses(TinyRun run) {
    return metrics(run).stream()
        .filter(line -> line instanceof GradientRecord || line instanceof DriftRecord)
        .toList();
  }

  /** A line each checkpoint interval, epoch and evaluation; each of them once, and in order. */
  static void requireEveryLineOnce(List<MetricRecord> lines, int all) {
    int stepsAnEpoch = all / TinyRun.EPOCHS;
    List<Long> steps =
        IntStream.rangeClosed(1, all)
            .filter(s -> s % CHECKPOINT_EVERY == 0 || s % stepsAnEpoch == 0)
            .mapToObj(s -> (long) s)
            .toList();
    assertThat(lines.stream().filter(StepRecord.class::isInstance).map(MetricRecord::step))
        .isEqualTo(steps);
    assertThat(
            lines.stream()
                .filter(EpochRecord.class::isInstance)
                .map(line -> ((EpochRecord) line).epoch()))
        .containsExactly(0, 1);
    assertThat(lines.stream().filter(EvaluationRecord.class::isInstance).map(MetricRecord::step))
        .containsExactly(0L, (long) stepsAnEpoch, (long) all);
  }
}
