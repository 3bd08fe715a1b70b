package io.taustream.teacher;

import static io.taustream.teacher.ModelBuilder.BFLOAT16;
import static io.taustream.teacher.ModelBuilder.FLOAT16;
import static io.taustream.teacher.ModelBuilder.FLOAT32;
import static io.taustream.teacher.ModelBuilder.UINT8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.taustream.ingest.batch.ImageBatch;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OnnxTeacherTest {
  private static final double[] MEAN = {0.485, 0.456, 0.406};
  private static final double[] DEVIATION = {0.229, 0.224, 0.225};
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
  void labelsAsThePlainRuntimeDoesToTheBit() {
    ModelFile model = ModelBuilder.linear(-1, SIZE, CLASSES).write(folder.resolve("m.onnx"));
    byte[] pixels = TestImages.pixels(7, SIZE, 1);
    float[] input = PlainRun.normalise(pixels, 7, SIZE, MEAN, DEVIATION);
    assertThat(label(model, 7, SIZE, pixels))
        .isDeepEqualTo(PlainRun.nchw(model.path(), "logits", input, 7, SIZE));
  }

  @Test
  void labelsBatchesOfChangingSizes() {
    ModelFile model = ModelBuilder.linear(-1, SIZE, CLASSES).write(folder.resolve("m.onnx"));
    try (OnnxTeacher teacher = open(model)) {
      for (int rows : new int[] {3, 9, 1}) {
        try (ImageBatch batch = TestImages.random(allocator, rows, SIZE, rows);
            SoftLabelBatch labels = teacher.label(batch)) {
          assertThat(labels.rows()).isEqualTo(batch.rows());
          assertThat(labels.logits().remaining()).isEqualTo(rows * CLASSES);
        }
      }
    }
  }

  @Test
  void labelsAnEmptyBatch() {
    ModelFile model = ModelBuilder.linear(-1, SIZE, CLASSES).write(folder.resolve("m.onnx"));
    assertThat(label(model, 0, SIZE, new byte[0])).isEmpty();
  }

  @Test
  void labelsStayValidAfterTheTeacherIsClosed() {
    ModelFile model = ModelBuilder.linear(-1, SIZE, CLASSES).write(folder.resolve("m.onnx"));
    SoftLabelBatch labels;
    try (OnnxTeacher teacher = open(model);
        ImageBatch batch = TestImages.random(allocator, 2, SIZE, 1)) {
      labels = teacher.label(batch);
    }
    try (labels) {
      assertThat(labels.logits().get(0)).isFinite();
    }
  }

  @Test
  void feedsAFixedBatchInItsOwnSizeAndCutsTheLast() {
    ModelFile dynamic = ModelBuilder.linear(-1, SIZE, CLASSES).write(folder.resolve("m.onnx"));
    ModelFile fixed = ModelBuilder.linear(3, SIZE, CLASSES).write(folder.resolve("f.onnx"));
    byte[] pixels = TestImages.pixels(7, SIZE, 2);
    assertClose(label(fixed, 7, SIZE, pixels), label(dynamic, 7, SIZE, pixels), 1e-6);
    assertClose(
        label(fixed, 2, SIZE, Arrays.copyOf(pixels, 2 * FEATURES)),
        Arrays.copyOf(label(dynamic, 7, SIZE, pixels), 2),
        1e-6);
  }

  @Test
  void givesAUint8ModelThePixelsThemselves() {
    ModelFile bytes =
        new ModelBuilder()
            .input("image", UINT8, -1, SIZE, SIZE, 3)
            .cast("image", FLOAT32, "floats")
            .flattenAndMultiply("floats", FEATURES, CLASSES, "logits")
            .output("logits", FLOAT32, -1, CLASSES)
            .write(folder.resolve("m.onnx"));
    byte[] pixels = TestImages.pixels(3, SIZE, 3);
    // The same weights over the same order of numbers, once as bytes and once as floats.
    ModelFile floats = ModelBuilder.linear(-1, SIZE, CLASSES).write(folder.resolve("f.onnx"));
    float[] input = new float[pixels.length];
    for (int i = 0; i < pixels.length; i++) {
      input[i] = pixels[i] & 0xff;
    }
    assertThat(label(bytes, 3, SIZE, pixels))
        .isDeepEqualTo(PlainRun.nchw(floats.path(), "logits", input, 3, SIZE));
  }

  @Test
  void padsAFixedBatchOfBytes() {
    ModelFile bytes =
        new ModelBuilder()
            .input("image", UINT8, 2, SIZE, SIZE, 3)
            .cast("image", FLOAT32, "floats")
            .flattenAndMultiply("floats", FEATURES, CLASSES, "logits")
            .output("logits", FLOAT32, 2, CLASSES)
            .write(folder.resolve("m.onnx"));
    byte[] pixels = TestImages.pixels(3, SIZE, 3);
    float[][] labels = label(bytes, 3, SIZE, pixels);
    assertThat(labels).hasDimensions(3, CLASSES);
    assertThat(labels[2])
        .containsExactly(
            label(bytes, 1, SIZE, Arrays.copyOfRange(pixels, 2 * FEATURES, 3 * FEATURES))[0]);
  }

  @Test
  void transposesTheBytesOfAUint8NchwModel() throws IOException {
    ModelFile bytes =
        new ModelBuilder()
            .input("image", UINT8, -1, 3, SIZE, SIZE)
            .cast("image", FLOAT32, "floats")
            .flattenAndMultiply("floats", FEATURES, CLASSES, "logits")
            .output("logits", FLOAT32, -1, CLASSES)
            .write(folder.resolve("m.onnx"));
    ModelFile floats = linearWithCard("f", "range: 1\nmean: [0, 0, 0]\ndeviation: [1, 1, 1]\n");
    byte[] pixels = TestImages.pixels(3, SIZE, 3);
    assertThat(label(bytes, 3, SIZE, pixels)).isDeepEqualTo(label(floats, 3, SIZE, pixels));
  }

  @Test
  void swapsTheChannelsOfABgrModel() throws IOException {
    ModelFile bgr =
        linearWithCard(
            "bgr",
            "channels: bgr\nmean: [0.406, 0.456, 0.485]\ndeviation: [0.225, 0.224, 0.229]\n");
    ModelFile rgb =
        linearWithCard("rgb", "mean: [0.406, 0.456, 0.485]\ndeviation: [0.225, 0.224, 0.229]\n");
    byte[] pixels = TestImages.pixels(2, SIZE, 4);
    byte[] swapped = pixels.clone();
    for (int i = 0; i < swapped.length; i += 3) {
      swapped[i] = pixels[i + 2];
      swapped[i + 2] = pixels[i];
    }
    assertThat(label(bgr, 2, SIZE, pixels)).isDeepEqualTo(label(rgb, 2, SIZE, swapped));
  }

  @Test
  void convertsFloat16InputsAndOutputs() {
    ModelFile half =
        new ModelBuilder()
            .input("input", FLOAT16, -1, 3, SIZE, SIZE)
            .cast("input", FLOAT32, "floats")
            .flattenAndMultiply("floats", FEATURES, CLASSES, "wide")
            .cast("wide", FLOAT16, "logits")
            .output("logits", FLOAT16, -1, CLASSES)
            .write(folder.resolve("h.onnx"));
    ModelFile full = ModelBuilder.linear(-1, SIZE, CLASSES).write(folder.resolve("m.onnx"));
    byte[] pixels = TestImages.pixels(3, SIZE, 5);
    assertClose(label(half, 3, SIZE, pixels), label(full, 3, SIZE, pixels), 1e-2);
  }

  @Test
  void convertsBfloat16InputsAndOutputs() {
    ModelFile brain =
        new ModelBuilder()
            .input("input", BFLOAT16, -1, 3, SIZE, SIZE)
            .cast("input", FLOAT32, "floats")
            .flattenAndMultiply("floats", FEATURES, CLASSES, "wide")
            .cast("wide", BFLOAT16, "logits")
            .output("logits", BFLOAT16, -1, CLASSES)
            .write(folder.resolve("b.onnx"));
    ModelFile full = ModelBuilder.linear(-1, SIZE, CLASSES).write(folder.resolve("m.onnx"));
    byte[] pixels = TestImages.pixels(3, SIZE, 5);
    assertClose(label(brain, 3, SIZE, pixels), label(full, 3, SIZE, pixels), 3e-2);
  }

  @Test
  void givesAFlatModelThePixelsInTheirOrder() {
    ModelFile flat =
        new ModelBuilder()
            .input("pixels", UINT8, -1, FEATURES)
            .cast("pixels", FLOAT32, "floats")
            .flattenAndMultiply("floats", FEATURES, CLASSES, "logits")
            .output("logits", FLOAT32, -1, CLASSES)
            .write(folder.resolve("flat.onnx"));
    ModelFile nhwc =
        new ModelBuilder()
            .input("image", UINT8, -1, SIZE, SIZE, 3)
            .cast("image", FLOAT32, "floats")
            .flattenAndMultiply("floats", FEATURES, CLASSES, "logits")
            .output("logits", FLOAT32, -1, CLASSES)
            .write(folder.resolve("nhwc.onnx"));
    byte[] pixels = TestImages.pixels(3, SIZE, 3);
    assertThat(label(flat, 3, SIZE, pixels)).isDeepEqualTo(label(nhwc, 3, SIZE, pixels));
  }

  @Test
  void readsAFixedBatchOfRowsWithDimensionsOfOne() {
    ModelFile pooled =
        new ModelBuilder()
            .input("input", FLOAT32, 2, 3, SIZE, SIZE)
            .flattenAndMultiply("input", FEATURES, CLASSES, "table")
            .integers("shape", 2, CLASSES, 1, 1)
            .node("Reshape", List.of("table", "shape"), "logits")
            .output("logits", FLOAT32, 2, CLASSES, 1, 1)
            .write(folder.resolve("p.onnx"));
    ModelFile plain = ModelBuilder.linear(-1, SIZE, CLASSES).write(folder.resolve("m.onnx"));
    byte[] pixels = TestImages.pixels(3, SIZE, 4);
    // The weights follow from their size alone.
    assertClose(label(pooled, 3, SIZE, pixels), label(plain, 3, SIZE, pixels), 1e-6);
  }

  @ParameterizedTest
  @ValueSource(ints = {7, 8, 9, 11, 13, 17, 20, 23, 25, 26})
  void runsEveryOpsetThatTheRuntimeTakes(int opset) {
    ModelFile model =
        ModelBuilder.linear(-1, SIZE, CLASSES).opset(opset).write(folder.resolve("m.onnx"));
    ModelFile plain = ModelBuilder.linear(-1, SIZE, CLASSES).write(folder.resolve("p.onnx"));
    byte[] pixels = TestImages.pixels(2, SIZE, 1);
    assertThat(label(model, 2, SIZE, pixels)).isDeepEqualTo(label(plain, 2, SIZE, pixels));
  }

  @Test
  void resizesImagesToTheModelsSize() {
    ModelFile model = ModelBuilder.linear(-1, SIZE, CLASSES).write(folder.resolve("m.onnx"));
    byte[] large = TestImages.pixels(2, 9, 6);
    byte[] small = new byte[2 * FEATURES];
    PixelResizer resizer = new PixelResizer(9, SIZE);
    for (int row = 0; row < 2; row++) {
      byte[] resized = new byte[FEATURES];
      resizer.resize(Arrays.copyOfRange(large, row * 243, (row + 1) * 243), resized);
      System.arraycopy(resized, 0, small, row * FEATURES, FEATURES);
    }
    assertThat(label(model, 2, 9, large)).isDeepEqualTo(label(model, 2, SIZE, small));
  }

  @Test
  void takesTheLogarithmOfProbabilities() {
    ModelFile probabilities =
        new ModelBuilder()
            .input("input", FLOAT32, -1, 3, SIZE, SIZE)
            .flattenAndMultiply("input", FEATURES, CLASSES, "scores")
            .node("Softmax", List.of("scores"), "out", ModelBuilder.attribute("axis", 1))
            .output("out", FLOAT32, -1, CLASSES)
            .write(folder.resolve("p.onnx"));
    ModelFile model = ModelBuilder.linear(-1, SIZE, CLASSES).write(folder.resolve("m.onnx"));
    byte[] pixels = TestImages.pixels(3, SIZE, 7);
    float[][] logits = label(model, 3, SIZE, pixels);
    float[][] logarithms = label(probabilities, 3, SIZE, pixels);
    for (int row = 0; row < 3; row++) {
      // The soft-max forgets one constant a row and nothing else.
      float constant = logits[row][0] - logarithms[row][0];
      for (int c = 0; c < CLASSES; c++) {
        assertThat(logarithms[row][c]).isLessThanOrEqualTo(0);
        assertThat(logits[row][c] - logarithms[row][c]).isEqualTo(constant, within(1e-4f));
      }
    }
  }

  @Test
  void countsAProbabilityOfZeroAsTheSmallestPositiveNumber() {
    ModelFile model =
        new ModelBuilder()
            .input("input", FLOAT32, -1, 3, SIZE, SIZE)
            .constant("factor", 1e6f)
            .flattenAndMultiply("input", FEATURES, CLASSES, "scores")
            .node("Mul", List.of("scores", "factor"), "steep")
            .node("Softmax", List.of("steep"), "probabilities", ModelBuilder.attribute("axis", 1))
            .output("probabilities", FLOAT32, -1, CLASSES)
            .write(folder.resolve("p.onnx"));
    float[] labels = label(model, 1, SIZE, TestImages.pixels(1, SIZE, 8))[0];
    Arrays.sort(labels);
    assertThat(labels[CLASSES - 1]).isZero();
    assertThat(labels[0]).isEqualTo((float) Math.log(Float.MIN_VALUE));
  }

  @Test
  void choosesTheOutputThatHasTheDatasClasses() {
    ModelFile model =
        new ModelBuilder()
            .input("input", FLOAT32, -1, 3, SIZE, SIZE)
            .flattenAndMultiply("input", FEATURES, 8, "features")
            .flattenAndMultiply("input", FEATURES, CLASSES, "scores")
            .output("features", FLOAT32, -1, 8)
            .output("scores", FLOAT32, -1, CLASSES)
            .write(folder.resolve("m.onnx"));
    try (OnnxTeacher teacher = open(model)) {
      assertThat(teacher.card().output()).isEqualTo("scores");
    }
  }

  @Test
  void runsOnTheCpuByItselfWhereThereIsNoCuda() {
    ModelFile model = ModelBuilder.linear(-1, SIZE, CLASSES).write(folder.resolve("m.onnx"));
    ExecutionSettings auto = new ExecutionSettings(Device.parse("auto"), 1);
    try (OnnxTeacher teacher =
        OnnxTeacher.open("t", model, new DataShape(CLASSES, SIZE), auto, allocator)) {
      assertThat(teacher.device()).isIn("cpu", "cuda:0");
    }
  }

  @Test
  void identityFollowsModelAndCard() throws IOException {
    Path path = folder.resolve("m.onnx");
    String plain = sha256(ModelBuilder.linear(-1, SIZE, CLASSES).write(path));
    assertThat(sha256(ModelBuilder.linear(-1, SIZE, CLASSES).write(path))).isEqualTo(plain);
    assertThat(sha256(linearWithCard("m", "mean: [0, 0, 0]\n"))).isNotEqualTo(plain);
    assertThat(sha256(linearWithCard("m", "mean: [0.485, 0.456, 0.406]\n")))
        .as("a card that says what is guessed without it")
        .isEqualTo(plain);
    Files.delete(folder.resolve("m.yaml"));
    assertThat(sha256(ModelBuilder.linear(-1, SIZE, CLASSES).metadata("a", "b").write(path)))
        .isNotEqualTo(plain);
  }

  private String sha256(ModelFile model) {
    try (OnnxTeacher teacher = open(model)) {
      assertThat(teacher.identity().name()).isEqualTo("t");
      assertThat(teacher.identity().id())
          .isEqualTo("t-" + teacher.identity().sha256().substring(0, 12));
      return teacher.identity().sha256();
    }
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

  private static void assertClose(float[][] found, float[][] expected, double tolerance) {
    assertThat(found).hasSameDimensionsAs(expected);
    for (int row = 0; row < found.length; row++) {
      assertThat(found[row]).containsExactly(expected[row], within((float) tolerance));
    }
  }
}
