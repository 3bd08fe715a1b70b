package io.taustream.teacher;

import static io.taustream.teacher.ModelBuilder.FLOAT32;
import static io.taustream.teacher.ModelBuilder.attribute;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.taustream.ingest.batch.ImageBatch;
import io.taustream.storage.TaustreamException;
import io.taustream.storage.label.SoftLabelBatch;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Models that cannot teach: one line each that names the model, and a teacher that runs in the same
 * process goes on as before.
 */
class BrokenModelsTest {
  private static final int SIZE = 4;
  private static final int FEATURES = 3 * SIZE * SIZE;
  private static final int CLASSES = 5;
  private static final int ROWS = 3;
  private static final long TERA = 1L << 40;

  private final BufferAllocator allocator = new RootAllocator();
  @TempDir Path folder;
  private OnnxTeacher running;
  private float[] before;

  @BeforeEach
  void startATeacher() throws IOException {
    Path home = Files.createDirectory(folder.resolve("running"));
    running = open(ModelBuilder.linear(-1, SIZE, CLASSES).write(home.resolve("good.onnx")));
    before = label(running);
  }

  @AfterEach
  void theRunningTeacherStillWorks() {
    assertThat(label(running)).isEqualTo(before);
    running.close();
    allocator.close();
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.3, 0.95})
  void aTruncatedFile(double share) throws IOException {
    byte[] whole = ModelBuilder.linear(-1, SIZE, CLASSES).bytes();
    Path path = folder.resolve("m.onnx");
    Files.write(path, Arrays.copyOf(whole, (int) (whole.length * share)));
    assertThat(refusal(() -> open(ModelBuilder.fetch(path))))
        .contains("no ONNX model, or not all of one", "export or copy it again");
  }

  @Test
  void missingExternalData() {
    assertThat(refusal(() -> open(external("weights.bin"))))
        .contains("external data 'weights.bin' is missing", "copy it beside the model");
  }

  @ParameterizedTest
  @ValueSource(strings = {"../weights.bin", "a/../../weights.bin", "/etc/hostname"})
  void externalDataOutsideTheFolder(String location) {
    assertThat(refusal(() -> open(external(location))))
        .contains("'" + location + "' lies outside the model's folder", "move it there");
  }

  @ParameterizedTest
  @ValueSource(strings = {"../secret.bin", "/etc/hostname"})
  void externalDataOfASparseConstantOutsideTheFolder(String location) {
    ModelBuilder model =
        images()
            .externalSparseConstant("weights", FEATURES, CLASSES, location)
            .node("Flatten", List.of("input"), "flat")
            .node("MatMul", List.of("flat", "weights"), "logits");
    assertThat(refusal(() -> open(model)))
        .contains("'" + location + "' lies outside the model's folder", "move it there");
  }

  @Test
  void externalDataBehindALinkThatLeadsOut() throws IOException {
    Path secret = Files.write(folder.resolve("running/secret.bin"), new byte[FEATURES * 20]);
    Path home = Files.createDirectory(folder.resolve("home"));
    Files.createSymbolicLink(home.resolve("weights.bin"), secret);
    Files.createSymbolicLink(home.resolve("up"), folder.resolve("running"));
    for (String location : new String[] {"weights.bin", "up/secret.bin"}) {
      assertThat(refusal(() -> open(externalModel(location).write(home.resolve("m.onnx")))))
          .contains("external data '" + location + "' is a link to", "secret.bin", "copy it there");
    }
  }

  @Test
  void externalDataBehindALinkWithinTheFolderIsRead() throws IOException {
    Files.write(folder.resolve("real.bin"), new byte[FEATURES * CLASSES * Float.BYTES]);
    Files.createSymbolicLink(folder.resolve("weights.bin"), Path.of("real.bin"));
    try (OnnxTeacher teacher = open(external("weights.bin"))) {
      assertThat(label(teacher)).containsOnly(0);
    }
  }

  @Test
  void anOpsetThatIsTooNew() {
    assertThat(
            refusal(
                () ->
                    open(
                        ModelBuilder.linear(-1, SIZE, CLASSES)
                            .opset(999)
                            .write(folder.resolve("m.onnx")))))
        .contains("Opset 999", "export it again")
        .doesNotContain("onnxruntime_src");
  }

  @Test
  void anUnknownOperator() {
    assertThat(refusal(() -> open(images().node("NoSuchOperator", List.of("input"), "logits"))))
        .contains("NoSuchOperator", "export it again");
  }

  @Test
  void anUnknownDomain() {
    assertThat(
            refusal(
                () ->
                    open(
                        images()
                            .domain("com.example", 1)
                            .nodeIn("com.example", "Mystery", List.of("input"), "logits"))))
        .contains("com.example", "Mystery", "export it again");
  }

  @Test
  void aConstantOfTerabytes() {
    assertThat(
            refusal(
                () ->
                    open(
                        images()
                            .integers("shape", 4, TERA)
                            .node("ConstantOfShape", List.of("shape"), "huge")
                            .node("ReduceMean", List.of("huge"), "mean")
                            .flattenAndMultiply("input", FEATURES, CLASSES, "scores")
                            .node("Add", List.of("scores", "mean"), "logits"))))
        .contains("needs more memory than there is", "a machine with more memory");
  }

  @Test
  void anIntermediateResultOfTerabytes() {
    assertThat(
            refusal(
                () ->
                    open(
                        images()
                            .integers("shape", 1L << 20, 1L << 20, 3, SIZE, SIZE)
                            .node("Expand", List.of("input", "shape"), "huge")
                            .node("ReduceMax", List.of("huge"), "max", attribute("keepdims", 0))
                            .flattenAndMultiply("input", FEATURES, CLASSES, "scores")
                            .node("Add", List.of("scores", "max"), "logits"))))
        .contains("needs more memory than there is");
  }

  @Test
  void anInitialiserThatClaimsTerabytes() {
    assertThat(
            refusal(
                () ->
                    open(
                        images()
                            .emptyWeights("weights", FEATURES, TERA)
                            .node("Flatten", List.of("input"), "flat")
                            .node("MatMul", List.of("flat", "weights"), "wide")
                            .node("ReduceMax", List.of("wide"), "max")
                            .flattenAndMultiply("input", FEATURES, CLASSES, "scores")
                            .node("Add", List.of("scores", "max"), "logits"))))
        .contains("m.onnx");
  }

  @Test
  void externalDataOfMoreThanAllMemory() throws IOException {
    // A sparse file: only its length is there.
    try (RandomAccessFile file =
        new RandomAccessFile(folder.resolve("weights.bin").toFile(), "rw")) {
      file.setLength(TERA);
    }
    assertThat(refusal(() -> open(external("weights.bin"))))
        .contains(
            "needs more memory than there is: its weights take 1048576 MiB, this machine has");
  }

  @Test
  void aFixedBatchOfMoreThanTwoGibibytes() {
    assertThat(
            refusal(
                () ->
                    open(
                        ModelBuilder.linear(1 << 24, SIZE, CLASSES)
                            .write(folder.resolve("m.onnx")))))
        .contains("its fixed batch of 16777216 images takes 3221225472 bytes", "smaller batch");
  }

  @Test
  void moreClassesThanCanBeTold() {
    ModelBuilder model =
        new ModelBuilder()
            .input("input", FLOAT32, -1, 3, SIZE, SIZE)
            .integers("shape", 1, 3L << 40)
            .node("Flatten", List.of("input"), "flat")
            .weights("narrow", FEATURES, 1)
            .node("MatMul", List.of("flat", "narrow"), "one")
            .node("Expand", List.of("one", "shape"), "logits")
            .output("logits", FLOAT32, -1, 3L << 40);
    assertThat(refusal(() -> open(model))).contains("output logits float32[?, 3298534883328]");
  }

  @Test
  void aModelThatReturnsNaN() throws IOException {
    // Black images, on which a model is tried, give the root of 0.
    Files.writeString(folder.resolve("m.yaml"), "mean: [0]\ndeviation: [1]\n");
    ModelFile model =
        images()
            .node("Neg", List.of("input"), "negative")
            .node("Sqrt", List.of("negative"), "root")
            .flattenAndMultiply("root", FEATURES, CLASSES, "logits")
            .write(folder.resolve("m.onnx"));
    try (OnnxTeacher teacher = open(model)) {
      assertThat(refusal(() -> label(teacher)))
          .contains("sample 'key0' (shard shard-0.tar, view 0) is NaN", "check the card");
    }
  }

  /** The message, which is one line and names the model. */
  private static String refusal(Runnable action) {
    Throwable refused = catchThrowable(action::run);
    assertThat(refused).isInstanceOf(TaustreamException.class);
    assertThat(refused.getMessage()).contains("m.onnx").doesNotContain("\n");
    return refused.getMessage();
  }

  private static ModelBuilder images() {
    return new ModelBuilder()
        .input("input", FLOAT32, -1, 3, SIZE, SIZE)
        .output("logits", FLOAT32, -1, CLASSES);
  }

  private ModelFile external(String location) {
    return externalModel(location).write(folder.resolve("m.onnx"));
  }

  private static ModelBuilder externalModel(String location) {
    return images()
        .externalWeights("weights", FEATURES, CLASSES, location)
        .node("Flatten", List.of("input"), "flat")
        .node("MatMul", List.of("flat", "weights"), "logits");
  }

  private OnnxTeacher open(ModelBuilder model) {
    return open(model.write(folder.resolve("m.onnx")));
  }

  private OnnxTeacher open(ModelFile model) {
    return OnnxTeacher.open(
        "t",
        model,
        new DataShape(CLASSES, SIZE),
        new ExecutionSettings(new Device.Cpu(), 1),
        allocator);
  }

  private float[] label(OnnxTeacher teacher) {
    try (ImageBatch batch = TestImages.random(allocator, ROWS, SIZE, 1);
        SoftLabelBatch labels = teacher.label(batch)) {
      float[] logits = new float[ROWS * CLASSES];
      labels.logits().get(0, logits);
      return logits;
    }
  }
}
