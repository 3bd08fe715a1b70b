package io.taustream.teacher;

import static io.taustream.teacher.ModelBuilder.FLOAT32;
import static io.taustream.teacher.ModelBuilder.attribute;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.onnx.proto.OnnxMl.TensorProto;
import io.taustream.ingest.batch.ImageBatch;
import io.taustream.storage.TaustreamException;
import io.taustream.storage.label.SoftLabelBatch;
import io.taustream.teacher.MemoryForecastTest.FakeGauge;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Models that need more memory than there is. ONNX Runtime really fails: terabytes are refused by
 * the operating system at once.
 */
class OutOfMemoryTest {
  private static final int SIZE = 4;
  private static final int FEATURES = 3 * SIZE * SIZE;
  private static final int CLASSES = 5;
  private static final long MIB = 1 << 20;

  private final BufferAllocator allocator = new RootAllocator();
  @TempDir Path folder;

  @AfterEach
  void nothingLeaks() {
    allocator.close();
  }

  @Test
  void feedsHalfOfABatchThatDoesNotFitAndGoesOn() {
    float[] expected = plainLabels(8);
    try (OnnxTeacher teacher = open(powerOfTheBatch())) {
      assertThat(teacher.batchLimits()).isEqualTo(BatchLimits.NONE);
      // 8 rows take 2^62 bytes, 4 take 2^42, 2 take 4 MiB.
      assertThat(label(teacher, 8)).containsExactly(expected, Offset.offset(1e-5f));
      assertThat(teacher.batchLimits()).isEqualTo(new BatchLimits(1, 2));
      assertThat(label(teacher, 8)).containsExactly(expected, Offset.offset(1e-5f));
    }
  }

  @Test
  void labelsARemainderThatIsSmallerThanTheHalvedBatch() {
    try (OnnxTeacher teacher = open(powerOfTheBatch())) {
      label(teacher, 8);
      assertThat(label(teacher, 5)).containsExactly(plainLabels(5), Offset.offset(1e-5f));
    }
  }

  @Test
  void failsWhereNotEvenOneRowFits() throws IOException {
    try (OnnxTeacher teacher = open(terabytesForWhite(-1))) {
      assertThatThrownBy(() -> labelWhite(teacher, 2))
          .isInstanceOf(TaustreamException.class)
          .hasMessageContaining("m.onnx: it needs more memory than there is: ")
          .hasMessageContaining("use a smaller batch or model, or a machine with more memory");
      // The process and the teacher go on.
      assertThat(label(teacher, 2, new byte[2 * FEATURES])).hasSize(2 * CLASSES);
    }
  }

  @Test
  void doesNotHalveAFixedBatch() throws IOException {
    try (OnnxTeacher teacher = open(terabytesForWhite(4))) {
      assertThat(teacher.batchLimits()).isEqualTo(new BatchLimits(4, 4));
      assertThatThrownBy(() -> labelWhite(teacher, 4))
          .hasMessageContaining("it needs more memory than there is: ");
    }
  }

  @Test
  void aTrialGoesOnWithHalfToo() {
    ModelFile model = powerOfTheBatch();
    try (TeacherTrial trial =
            TeacherTrial.open(model, new DataShape(CLASSES, SIZE), settings(), allocator);
        ImageBatch images = TestImages.random(allocator, 8, SIZE, 3);
        SoftLabelBatch outputs = trial.outputs(trial.card(), images)) {
      float[] logits = new float[8 * CLASSES];
      outputs.logits().get(0, logits);
      assertThat(logits).containsExactly(plainLabels(8), Offset.offset(1e-5f));
      assertThat(trial.batchLimits().largest()).isEqualTo(2);
    }
  }

  @Test
  void refusesATensorThatIsLargerThanTheAvailableMemoryBeforeItIsWritten() {
    ModelFile model =
        linear()
            .intermediate("small", FLOAT32, -1, 1024)
            .intermediate("huge", FLOAT32, -1, 1024, 512, 512)
            .write(folder.resolve("m.onnx"));
    FakeGauge gauge = new FakeGauge();
    gauge.available = OptionalLong.of(1023 * MIB);
    assertThatThrownBy(() -> session(model, gauge))
        .isInstanceOf(TaustreamException.class)
        .hasMessageContaining(
            "m.onnx: it needs more memory than there is: its tensor 'huge' alone takes 1024 MiB for one image, and 1023 MiB are available");
    gauge.available = OptionalLong.of(1024 * MIB);
    session(model, gauge).close();
  }

  @Test
  void sizesTensorsByTheirTypeAndFallsBackToALowerBound() {
    ModelFile model =
        linear()
            .intermediate("bytes", TensorProto.DataType.UINT8, 1, 7000)
            .intermediate("halves", TensorProto.DataType.FLOAT16, -1, 3000)
            .intermediate("longs", TensorProto.DataType.INT64, -1, -1, 1000)
            .write(folder.resolve("m.onnx"));
    assertThat(model.structure().largestTensor()).contains(new LargestTensor("longs", 8000));
    assertThat(linear().write(folder.resolve("none.onnx")).structure().largestTensor()).isEmpty();
  }

  @Test
  void feedsNoMoreThanTheForecastHoldsToFit() {
    FakeGauge gauge = new FakeGauge();
    try (OnnxSession session = session(linear().write(folder.resolve("m.onnx")), gauge);
        CardRun run = cardRun(session, gauge, 60)) {
      // Each row is said to take 60 MiB, half of 1000 MiB may be taken: 8 rows.
      assertThat(outputs(run, 20)).containsExactly(plainLabels(20), Offset.offset(1e-5f));
      assertThat(run.limits()).isEqualTo(new BatchLimits(1, 8));
    }
  }

  @Test
  void triesMoreRowsWhereAForecastFromOneRowIsTooHigh() {
    FakeGauge gauge = new FakeGauge();
    try (OnnxSession session = session(linear().write(folder.resolve("m.onnx")), gauge);
        CardRun run = cardRun(session, gauge, 0)) {
      // What one row took was taken once for all: 20 rows are held to fit when 4 took no more.
      assertThat(run.limits()).isEqualTo(BatchLimits.NONE);
      assertThat(outputs(run, 20)).containsExactly(plainLabels(20), Offset.offset(1e-5f));
      assertThat(run.limits()).isEqualTo(BatchLimits.NONE);
      assertThat(session.fit().done()).isEqualTo(20);
    }
  }

  @Test
  void theForecastRestsOnWhatTheRuntimeReallyTakes() {
    LinuxMemory real = LinuxMemory.ofSystem();
    assumeTrue(real.resident().isPresent(), "only Linux tells");
    FakeGauge gauge = new FakeGauge();
    gauge.rows = real::resident;
    gauge.available = OptionalLong.of(1024 * MIB);
    // 64 MiB a row; what smaller batches took stays taken: 4 rows leave 448 MiB behind.
    ModelFile model = multipleOfTheBatch(1L << 24);
    try (OnnxSession session = session(model, gauge);
        CardRun run = CardRun.open(card(session), model, session, session.describe(), allocator)) {
      assertThat(outputs(run, 8)).containsExactly(plainLabels(8), Offset.offset(1e-5f));
      assertThat(run.limits()).isEqualTo(new BatchLimits(1, 4));
    }
  }

  /**
   * A run of which the gauge says that one row took 60 MiB and every other so many.
   *
   * @param mebibytes a row
   */
  private CardRun cardRun(OnnxSession session, FakeGauge gauge, int mebibytes) {
    ModelFile model = ModelBuilder.fetch(folder.resolve("m.onnx"));
    gauge.resident = OptionalLong.of(160 * MIB);
    CardRun run = CardRun.open(card(session), model, session, session.describe(), allocator);
    gauge.rows = () -> OptionalLong.of((160 + mebibytes * (session.fit().done() - 1L)) * MIB);
    return run;
  }

  private TeacherCard card(OnnxSession session) {
    return CardInference.infer(
            ModelBuilder.fetch(folder.resolve("m.onnx")),
            session.describe(),
            CardFields.none("the card"),
            Optional.of(new DataShape(CLASSES, SIZE)))
        .card();
  }

  private OnnxSession session(ModelFile model, MemoryGauge gauge) {
    return OnnxSession.open(model, settings(), DeviceSelection.ofRuntime(), gauge);
  }

  private float[] outputs(CardRun run, int rows) {
    try (ImageBatch images = TestImages.random(allocator, rows, SIZE, 3);
        SoftLabelBatch outputs = run.outputs(images)) {
      float[] logits = new float[rows * CLASSES];
      outputs.logits().get(0, logits);
      return logits;
    }
  }

  /** The labels of the linear model that all models here contain. */
  private float[] plainLabels(int rows) {
    try (OnnxTeacher teacher = open(linear().write(folder.resolve("plain.onnx")))) {
      return label(teacher, rows);
    }
  }

  private static ModelBuilder linear() {
    return ModelBuilder.linear(-1, SIZE, CLASSES);
  }

  /** A batch of N has an intermediate result of N^20 numbers. */
  private ModelFile powerOfTheBatch() {
    return numbersByBatch("Pow", 20);
  }

  /** A batch of N has an intermediate result of N times so many numbers. */
  private ModelFile multipleOfTheBatch(long numbers) {
    return numbersByBatch("Mul", numbers);
  }

  private ModelFile numbersByBatch(String operator, long operand) {
    return new ModelBuilder()
        .input("input", FLOAT32, -1, 3, SIZE, SIZE)
        .output("logits", FLOAT32, -1, CLASSES)
        .integers("first", 0)
        .integers("operand", operand)
        .node("Shape", List.of("input"), "shape")
        .node("Gather", List.of("shape", "first"), "rows")
        .node(operator, List.of("rows", "operand"), "count")
        .node("ConstantOfShape", List.of("count"), "zeros")
        .node("ReduceMax", List.of("zeros"), "zero", attribute("keepdims", 0))
        .flattenAndMultiply("input", FEATURES, CLASSES, "logits_plain")
        .node("Add", List.of("logits_plain", "zero"), "logits")
        .write(folder.resolve("m.onnx"));
  }

  /** A batch that is not all black has an intermediate result of 16 TiB. */
  private ModelFile terabytesForWhite(int batch) throws IOException {
    Files.writeString(folder.resolve("m.yaml"), "mean: [0]\ndeviation: [1]\n");
    return new ModelBuilder()
        .input("input", FLOAT32, batch, 3, SIZE, SIZE)
        .output("logits", FLOAT32, batch, CLASSES)
        .constant("tera", 0x1p42f)
        .constant("one", 1)
        .integers("vector", 1)
        .node("ReduceMax", List.of("input"), "brightest", attribute("keepdims", 0))
        .node("Mul", List.of("brightest", "tera"), "many")
        .node("Add", List.of("many", "one"), "more")
        .cast("more", TensorProto.DataType.INT64, "whole")
        .node("Reshape", List.of("whole", "vector"), "count")
        .node("ConstantOfShape", List.of("count"), "zeros")
        .node("ReduceMax", List.of("zeros"), "zero", attribute("keepdims", 0))
        .flattenAndMultiply("input", FEATURES, CLASSES, "logits_plain")
        .node("Add", List.of("logits_plain", "zero"), "logits")
        .write(folder.resolve("m.onnx"));
  }

  private OnnxTeacher open(ModelFile model) {
    return OnnxTeacher.open("t", model, new DataShape(CLASSES, SIZE), settings(), allocator);
  }

  private static ExecutionSettings settings() {
    return new ExecutionSettings(new Device.Cpu(), 1);
  }

  private float[] labelWhite(OnnxTeacher teacher, int rows) {
    byte[] white = new byte[rows * FEATURES];
    Arrays.fill(white, (byte) -1);
    return label(teacher, rows, white);
  }

  private float[] label(OnnxTeacher teacher, int rows) {
    return label(teacher, rows, TestImages.pixels(rows, SIZE, 3));
  }

  private float[] label(OnnxTeacher teacher, int rows, byte[] pixels) {
    try (ImageBatch batch = TestImages.batch(allocator, rows, SIZE, pixels);
        SoftLabelBatch labels = teacher.label(batch)) {
      float[] logits = new float[rows * CLASSES];
      labels.logits().get(0, logits);
      return logits;
    }
  }
}
