package io.taustream.pipeline.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.UInt2Vector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.ipc.ArrowFileReader;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Runs with a teacher of five outputs for data of three classes. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ClassMapRunTest {
  private static final int OUTPUTS = 5;
  private static final int SHARDS = TinyRun.TRAIN.size() + 1;
  private static final String MAP = "class-map: [2, none, 0, 1, 2]\n";
  private static final String NAMES = "class-names: names.txt\n";
  private static final String NAMES_FILE = "Blue\nzebra\nRED\ngreen\nblue\n";

  @TempDir static Path folder;

  /** What the teacher's network gives, by file, key and view. */
  private Map<String, float[]> outputs;

  @BeforeAll
  void labelWithAllOutputs() throws IOException {
    TinyRun all = run("all", "").edit("classes: 3", "classes: " + OUTPUTS);
    all.command("label", "CONFIG").isDone();
    outputs = labels(all);
    assertThat(outputs)
        .hasSize(TinyRun.TRAIN_SAMPLES * TinyRun.VIEWS + TinyRun.SHARD_SAMPLES)
        .allSatisfy((row, logits) -> assertThat(logits).hasSize(OUTPUTS));
  }

  /** The run with the same five-output teacher each time, and something more in its card. */
  private static TinyRun run(String name, String card) {
    TinyRun run =
        TinyRun.in(folder.resolve(name))
            .edit("store: ./work/labels", "store: ./work/labels, encoding: dense-f32");
    run.teacher(OUTPUTS);
    Path file = run.model().resolveSibling("tiny.yaml");
    String plain = new String(TinyRun.read(file), StandardCharsets.UTF_8);
    run.write(file, (plain + card).getBytes(StandardCharsets.UTF_8));
    return run;
  }

  private static TinyRun named(String name, String card) {
    TinyRun run =
        run(name, card).edit("classes: 3", "classes: 3\n  class-names: [red, green, blue]");
    run.write(run.model().resolveSibling("names.txt"), NAMES_FILE.getBytes(StandardCharsets.UTF_8));
    return run;
  }

  /** All logits of a store, as any reader of Arrow files sees them. */
  private static Map<String, float[]> labels(TinyRun run) throws IOException {
    Map<String, float[]> rows = new TreeMap<>();
    Path store = run.folder().resolve("work/labels");
    for (String file : run.labelFiles().keySet()) {
      try (BufferAllocator allocator = new RootAllocator();
          FileChannel channel = FileChannel.open(store.resolve(file));
          ArrowFileReader reader = new ArrowFileReader(channel, allocator)) {
        while (reader.loadNextBatch()) {
          read(reader.getVectorSchemaRoot(), Path.of(file).getFileName().toString(), rows);
        }
      }
    }
    return rows;
  }

  private static void read(VectorSchemaRoot batch, String file, Map<String, float[]> rows) {
    VarCharVector keys = (VarCharVector) batch.getVector("key");
    UInt2Vector views = (UInt2Vector) batch.getVector("view");
    FixedSizeListVector lists = (FixedSizeListVector) batch.getVector("logits");
    Float4Vector values = (Float4Vector) lists.getDataVector();
    for (int row = 0; row < batch.getRowCount(); row++) {
      float[] logits = new float[lists.getListSize()];
      for (int c = 0; c < logits.length; c++) {
        logits[c] = values.get(row * logits.length + c);
      }
      rows.put("%s %s %d".formatted(file, keys.getObject(row), (int) views.get(row)), logits);
    }
  }

  @Test
  void labelsAreTheMappedLogitsWithTheOthersDropped() throws IOException {
    TinyRun run = run("drop", MAP);

    run.command("label", "CONFIG").isDone();

    Map<String, float[]> labels = labels(run);
    assertThat(labels.keySet()).isEqualTo(outputs.keySet());
    outputs.forEach(
        (row, z) ->
            assertThat(labels.get(row))
                .as(row)
                .containsExactly(z[2], z[3], (float) Math.log(Math.exp(z[0]) + Math.exp(z[4]))));
  }

  @Test
  void labelsAreTheMappedLogitsWithTheOthersSummed() throws IOException {
    TinyRun run = named("sum", NAMES + "unmapped: sum\n");

    run.command("label", "CONFIG").isDone();

    Map<String, float[]> labels = labels(run);
    assertThat(labels.keySet()).isEqualTo(outputs.keySet());
    outputs.forEach(
        (row, z) -> {
          double none = Math.exp(z[1]) / 3;
          double[] mapped = {
            Math.exp(z[2]) + none, Math.exp(z[3]) + none, Math.exp(z[0]) + Math.exp(z[4]) + none
          };
          assertThat(labels.get(row)).as(row).hasSize(mapped.length);
          for (int c = 0; c < mapped.length; c++) {
            assertThat((double) labels.get(row)[c])
                .as(row)
                .isCloseTo(Math.log(mapped[c]), within(1e-5));
          }
        });
  }

  @Test
  void aStudentOfTheDatasClassesIsTaught() {
    TinyRun run = named("train", NAMES);

    JsonNode labelled = run.command("label", "CONFIG", "--json").isDone().json();
    JsonNode trained = run.command("train", "CONFIG", "--json").isDone().json();

    assertThat(trained.get("steps").asInt()).isEqualTo(TinyRun.STEPS);
    JsonNode teacher = trained.get("teacher");
    assertThat(teacher).isEqualTo(labelled.get("teachers").get(0).get("test"));
    assertThat(trained.get("student").get("agreement").isNumber()).isTrue();
    run.command("labels", "verify", "CONFIG", "--recompute", "20").isDone();
    JsonNode exported =
        Ended.of("teacher", "inspect", run.results().resolve("student.onnx").toString(), "--json")
            .isDone()
            .json();
    assertThat(exported.at("/card/classes").asInt()).isEqualTo(TinyShards.CLASSES);
  }

  @Test
  void theSameMapByNameUsesTheSameLabels() {
    TinyRun run = named("same", MAP);
    run.command("label", "CONFIG").isDone();
    Set<String> files = run.labelFiles().keySet();

    Path card = run.model().resolveSibling("tiny.yaml");
    String text = new String(TinyRun.read(card), StandardCharsets.UTF_8);
    run.write(card, text.replace(MAP, NAMES).getBytes(StandardCharsets.UTF_8));
    assertThat(made(run)).isZero();

    run.write(
        run.model().resolveSibling("names.txt"),
        NAMES_FILE.replace("zebra", "red").getBytes(StandardCharsets.UTF_8));
    assertThat(made(run)).isEqualTo(SHARDS);
    assertThat(run.labelFiles().keySet()).containsAll(files).hasSize(2 * SHARDS);
  }

  private static int made(TinyRun run) {
    return run.command("label", "CONFIG", "--json").isDone().json().at("/teachers/0/made").asInt();
  }
}
