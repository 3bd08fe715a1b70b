package io.taustream.pipeline.command;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What each command does over {@code file:}, on a run that is labelled and trained once. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EndToEndTest {
  @TempDir static Path folder;

  private TinyRun run;
  private JsonNode labelled;
  private JsonNode trained;

  @BeforeAll
  void labelAndTrain() {
    run = TinyRun.in(folder.resolve("first"));
    labelled = run.command("label", "CONFIG", "--json").isDone().json();
    trained = run.command("train", "CONFIG", "--json").isDone().json();
  }

  @Test
  void labelTellsWhatItMade() {
    assertThat(labelled.get("state").asText()).isEqualTo("done");
    assertThat(labelled.get("skipped").asInt()).isZero();
    JsonNode teacher = labelled.get("teachers").get(0);
    assertThat(teacher.get("made").asInt()).isEqualTo(4);
    assertThat(teacher.get("rows").asInt())
        .isEqualTo(TinyRun.TRAIN_SAMPLES * TinyRun.VIEWS + TinyRun.SHARD_SAMPLES);
    assertThat(teacher.get("test").get("samples").asInt()).isEqualTo(TinyRun.SHARD_SAMPLES);
    assertThat(run.labelFiles()).hasSize(4);
  }

  @Test
  void trainTellsWhatItDid() {
    assertThat(trained.get("state").asText()).isEqualTo("done");
    assertThat(trained.get("already").asBoolean()).isFalse();
    assertThat(trained.get("epochs").asInt()).isEqualTo(TinyRun.EPOCHS);
    assertThat(trained.get("steps").asInt()).isEqualTo(TinyRun.STEPS);
    assertThat(trained.get("student").get("samples").asInt()).isEqualTo(TinyRun.SHARD_SAMPLES);
    assertThat(trained.get("student").get("kendallTauB").isNumber()).isTrue();
    assertThat(trained.get("teacher").get("top1").isNumber()).isTrue();
  }

  @Test
  void aRunLeavesAllItsFiles() {
    Path results = run.results();
    assertThat(results.resolve("metrics.jsonl")).isNotEmptyFile();
    assertThat(results.resolve("skipped.jsonl")).isEmptyFile();
    assertThat(results.resolve("student.onnx")).isNotEmptyFile();
    assertThat(results.resolve("student.yaml")).isNotEmptyFile();
    assertThat(TinyRun.files(results.resolve("checkpoints"), ".safetensors")).hasSize(2);
  }

  @Test
  void theReportLoadsNothingFromElsewhere() {
    assertThat(run.results().resolve("report.html"))
        .content()
        .contains("<html", "tiny")
        .doesNotContainPattern("(?i)(src|href)\\s*=\\s*[\"']?\\s*(https?:)?//")
        .doesNotContainPattern("(?i)(@import|url\\()\\s*[\"']?\\s*(https?:)?//");
  }

  @Test
  void aSecondLabelDoesNothing() throws IOException {
    Map<String, FileTime> before = times(folder.resolve("first/work/labels"));

    Ended again = run.command("label", "CONFIG");

    assertThat(again.isDone().out()).contains("4 shards, all labelled before");
    assertThat(times(folder.resolve("first/work/labels"))).isEqualTo(before);
  }

  @Test
  void aSecondTrainDoesNothing() throws IOException {
    Map<String, FileTime> before = times(run.results().resolve("checkpoints"));
    byte[] metrics = TinyRun.read(run.results().resolve("metrics.jsonl"));

    Ended again = run.command("train", "CONFIG");

    assertThat(again.isDone().out()).contains("done before; --fresh starts over");
    assertThat(times(run.results().resolve("checkpoints"))).isEqualTo(before);
    assertThat(TinyRun.read(run.results().resolve("metrics.jsonl"))).isEqualTo(metrics);
  }

  @Test
  void evalAgreesWithTheEndOfTraining() {
    JsonNode found = run.command("eval", "CONFIG", "--json").isDone().json();

    assertThat(found.get("step").asInt()).isEqualTo(TinyRun.STEPS);
    assertThat(found.get("student")).isEqualTo(trained.get("student"));
    assertThat(found.get("teacher")).isEqualTo(trained.get("teacher"));
  }

  @Test
  void exportWritesTheStudentAndItsCard() throws OrtException {
    Path file = folder.resolve("exported.onnx");

    JsonNode exported =
        run.command("export", "CONFIG", "--output", file.toString(), "--json").isDone().json();

    assertThat(exported.get("step").asInt()).isEqualTo(TinyRun.STEPS);
    assertThat(TinyRun.read(file)).isEqualTo(run.student());
    assertThat(folder.resolve("exported.yaml")).isNotEmptyFile();
    OrtEnvironment ort = OrtEnvironment.getEnvironment();
    try (OrtSession session = ort.createSession(file.toString());
        OnnxTensor images =
            OnnxTensor.createTensor(ort, new float[1][3][TinyShards.SIZE][TinyShards.SIZE]);
        OrtSession.Result result =
            session.run(Map.of(session.getInputNames().iterator().next(), images))) {
      float[][] logits = (float[][]) result.get(0).getValue();
      assertThat(logits[0]).hasSize(TinyShards.CLASSES);
    }
  }

  @Test
  void exportTakesOnlyOnnxNames() {
    run.command("export", "CONFIG", "--output", "student.bin")
        .failed(2, "--output", "student.bin", ".onnx");
  }

  @Test
  void labelsInspectSaysWhatTheStoreHolds() {
    JsonNode store =
        Ended.of("labels", "inspect", folder.resolve("first/work/labels").toString(), "--json")
            .isDone()
            .json();

    assertThat(store.get("sets")).hasSize(2);
    int rows = 0;
    for (JsonNode set : store.get("sets")) {
      assertThat(set.get("teacher").asText()).startsWith("tiny-");
      assertThat(set.get("encoding").asText()).isEqualTo("dense-f16");
      assertThat(set.get("classes").asInt()).isEqualTo(TinyShards.CLASSES);
      rows += set.get("rows").asInt();
    }
    assertThat(rows).isEqualTo(labelled.get("teachers").get(0).get("rows").asInt());
  }

  @Test
  void labelsVerifyFindsWholeLabels() {
    JsonNode found = run.command("labels", "verify", "CONFIG", "--json").isDone().json();

    assertThat(found.get("shards").asInt()).isEqualTo(4);
    assertThat(found.get("problems")).isEmpty();
  }

  @Test
  void teacherInspectShowsTheCardInUse() {
    String model = run.model().toString();

    JsonNode json = Ended.of("teacher", "inspect", model, "--json").isDone().json();

    assertThat(json.get("problem").isNull()).isTrue();
    assertThat(json.get("outputs").get(0).get("shape").toString()).contains("3");
    assertThat(Ended.of("teacher", "inspect", model).isDone().out())
        .contains("The card that would be used:", "mean");
  }

  @Test
  void runTrainsTheSameStudentAsLabelThenTrain() {
    TinyRun both = TinyRun.in(folder.resolve("both"));

    JsonNode done = both.command("run", "CONFIG", "--json").isDone().json();

    assertThat(done.get("steps").asInt()).isEqualTo(TinyRun.STEPS);
    assertThat(both.student()).isEqualTo(run.student());
    assertThat(both.labelFiles()).isEqualTo(run.labelFiles());
  }

  @Test
  void freshStartsOver() {
    TinyRun other = TinyRun.in(folder.resolve("fresh")).edit("epochs: 2", "epochs: 1");
    other.edit("schedule: {type: cosine, warmup-epochs: 1}", "schedule: {type: cosine}");
    other.command("run", "CONFIG").isDone();
    byte[] first = other.student();

    JsonNode again = other.command("train", "CONFIG", "--fresh", "--json").isDone().json();

    assertThat(again.get("already").asBoolean()).isFalse();
    assertThat(other.student()).isEqualTo(first);
  }

  private static Map<String, FileTime> times(Path folder) throws IOException {
    Map<String, FileTime> times = new TreeMap<>();
    try (Stream<Path> paths = Files.walk(folder)) {
      for (Path path : paths.filter(Files::isRegularFile).toList()) {
        times.put(path.toString(), Files.getLastModifiedTime(path));
      }
    }
    return times;
  }
}
