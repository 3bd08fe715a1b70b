package io.taustream.teacher;

import static io.taustream.teacher.ModelBuilder.FLOAT32;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.taustream.ingest.batch.ImageBatch;
import io.taustream.storage.TaustreamException;
import io.taustream.storage.label.SoftLabelBatch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a teacher refuses, and how it says so. */
class OnnxTeacherRefusalTest {
  private static final int SIZE = 4;
  private static final int FEATURES = 3 * SIZE * SIZE;
  private static final int CLASSES = 5;

  private final BufferAllocator allocator = new RootAllocator();
  @TempDir Path folder;

  @AfterEach
  void nothingLeaks() {
    allocator.close();
  }

  @Test
  void refusesLogitsWhereTheCardSaysProbabilities() throws IOException {
    ModelFile model = linearWithCard("m", "output-kind: probabilities\n");
    assertThatThrownBy(() -> label(model, 2, SIZE, TestImages.pixels(2, SIZE, 9)))
        .isInstanceOf(TaustreamException.class)
        .hasMessageContaining("m.onnx")
        .hasMessageContaining("sample 'key0'")
        .hasMessageContaining("output-kind: logits");
  }

  @Test
  void namesTheSampleWhoseLogitsAreNotFinite() throws IOException {
    ModelFile model =
        withCard(
            new ModelBuilder()
                .input("input", FLOAT32, -1, 3, SIZE, SIZE)
                .node("Flatten", List.of("input"), "flat")
                .node("Log", List.of("flat"), "logits")
                .output("logits", FLOAT32, -1, FEATURES),
            "m",
            "mean: [0, 0, 0]\ndeviation: [1, 1, 1]\n");
    byte[] pixels = new byte[3 * FEATURES];
    Arrays.fill(pixels, (byte) 1);
    Arrays.fill(pixels, 2 * FEATURES, 3 * FEATURES, (byte) 0);
    // Black gives the logarithm of 0, which the first run on black images does not look at.
    assertThatThrownBy(() -> label(model, FEATURES, 3, SIZE, pixels))
        .isInstanceOf(TaustreamException.class)
        .hasMessageContaining("m.onnx")
        .hasMessageContaining("sample 'key2' (shard shard-0.tar, view 0) is -Infinity");
  }

  @Test
  void refusesAModelOfOtherClasses() {
    ModelFile model = ModelBuilder.linear(-1, SIZE, 6).write(folder.resolve("m.onnx"));
    assertThatThrownBy(() -> open(model).close())
        .isInstanceOf(TaustreamException.class)
        .hasMessageContaining("m.onnx")
        .hasMessageContaining("6 classes")
        .hasMessageContaining("the data has 5");
  }

  @Test
  void refusesAModelWhoseOutputTurnsOutToHaveOtherClasses() {
    ModelFile model =
        new ModelBuilder()
            .input("input", FLOAT32, -1, 3, SIZE, SIZE)
            .flattenAndMultiply("input", FEATURES, 6, "wide")
            .node("Identity", List.of("wide"), "logits")
            .output("logits", FLOAT32, -1, -1)
            .write(folder.resolve("m.onnx"));
    assertThatThrownBy(() -> open(model).close())
        .isInstanceOf(TaustreamException.class)
        .hasMessageContaining("m.onnx")
        .hasMessageContaining("6")
        .hasMessageContaining("5");
  }

  @Test
  void refusesCudaWhereTheRuntimeHasNone() {
    assertThat(DeviceSelection.providers()).contains("CPU");
    assumeFalse(DeviceSelection.providers().contains("CUDA"), "this ONNX Runtime has CUDA");
    ModelFile model = ModelBuilder.linear(-1, SIZE, CLASSES).write(folder.resolve("m.onnx"));
    ExecutionSettings cuda = new ExecutionSettings(Device.parse("cuda:1"), 1);
    assertThatThrownBy(
            () ->
                OnnxTeacher.open("t", model, new DataShape(CLASSES, SIZE), cuda, allocator).close())
        .isInstanceOf(TaustreamException.class)
        .hasMessageContaining("cuda:1")
        .hasMessageContaining("CPU");
  }

  private ModelFile linearWithCard(String name, String card) throws IOException {
    return withCard(ModelBuilder.linear(-1, SIZE, CLASSES), name, card);
  }

  private ModelFile withCard(ModelBuilder model, String name, String card) throws IOException {
    Files.writeString(folder.resolve(name + ".yaml"), card);
    return model.write(folder.resolve(name + ".onnx"));
  }

  private OnnxTeacher open(ModelFile model) {
    return open(model, CLASSES);
  }

  private OnnxTeacher open(ModelFile model, int classes) {
    return OnnxTeacher.open(
        "t",
        model,
        new DataShape(classes, SIZE),
        new ExecutionSettings(new Device.Cpu(), 1),
        allocator);
  }

  private float[][] label(ModelFile model, int rows, int size, byte[] pixels) {
    return label(model, CLASSES, rows, size, pixels);
  }

  private float[][] label(ModelFile model, int classes, int rows, int size, byte[] pixels) {
    try (OnnxTeacher teacher = open(model, classes);
        ImageBatch batch = TestImages.batch(allocator, rows, size, pixels);
        SoftLabelBatch labels = teacher.label(batch)) {
      float[][] logits = new float[rows][classes];
      for (int row = 0; row < rows; row++) {
        labels.logits().get(row * classes, logits[row]);
      }
      return logits;
    }
  }
}
