package io.taustream.teacher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.platform.Fp16Conversions;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.taustream.ingest.batch.ImageBatch;
import io.taustream.storage.label.SoftLabelBatch;
import io.taustream.teacher.OnnxSession.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One network in many forms: the models in shared/teachers. */
class SharedTeachersTest {
  private static final double[] MEAN = {0.485, 0.456, 0.406};
  private static final double[] DEVIATION = {0.229, 0.224, 0.225};
  private static final int ROWS = 4;
  private static final int SIZE = 32;
  private static final int CLASSES = 10;

  private final BufferAllocator allocator = new RootAllocator();
  private Path teachers;

  @BeforeEach
  void findTeachers() {
    teachers = Path.of(System.getProperty("taustream.shared", "shared"), "teachers");
    assumeTrue(Files.isDirectory(teachers), "shared/teachers is not there");
  }

  @AfterEach
  void nothingLeaks() {
    allocator.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "resnet56-cifar10.onnx",
        "resnet20-nchw.onnx",
        "resnet20-opset11.onnx",
        "resnet20-fixed-batch4.onnx",
        "resnet20-two-outputs.onnx",
        "resnet20-external/model.onnx"
      })
  void labelsAsThePlainRuntimeDoesToTheBit(String file) {
    byte[] pixels = TestImages.pixels(ROWS, SIZE, 11);
    assertThat(label(file, pixels)).isDeepEqualTo(plain(file, pixels));
  }

  @ParameterizedTest
  @CsvSource({"resnet20-nhwc-uint8.onnx, 1e-3", "resnet20-float16.onnx, 1e-2"})
  void everyFormGivesThePlainFormsLogits(String file, float tolerance) {
    byte[] pixels = TestImages.pixels(ROWS, SIZE, 12);
    assertClose(label(file, pixels), plain("resnet20-nchw.onnx", pixels), tolerance);
  }

  @Test
  void theProbabilitiesFormGivesThePlainFormsLogProbabilities() {
    byte[] pixels = TestImages.pixels(ROWS, SIZE, 13);
    float[][] logits = plain("resnet20-nchw.onnx", pixels);
    for (float[] row : logits) {
      double sum = 0;
      for (float logit : row) {
        sum += Math.exp(logit);
      }
      for (int c = 0; c < CLASSES; c++) {
        row[c] -= (float) Math.log(sum);
      }
    }
    assertClose(label("resnet20-probabilities.onnx", pixels), logits, 1e-3f);
  }

  @ParameterizedTest
  @CsvSource({
    "resnet20-nchw.onnx, logits, 1e-3",
    "resnet20-opset11.onnx, logits, 1e-3",
    "resnet20-fixed-batch4.onnx, logits, 1e-3",
    "resnet20-two-outputs.onnx, logits, 1e-3",
    "resnet20-external/model.onnx, logits, 1e-3",
    "resnet20-probabilities.onnx, probabilities, 1e-3",
    "resnet20-float16.onnx, logits, 1e-2"
  })
  void givesTheExpectedOutputOfNormalisedInputs(String file, String output, float tolerance)
      throws IOException {
    JsonNode expected = expected();
    float[] input = floats(expected.get("input_nchw").get("data"));
    assumePlainRuntimeGives(rows(expected.get("logits")), input);
    assertClose(run(file, output, input), rows(expected.get(output)), tolerance);
  }

  @ParameterizedTest
  @ValueSource(strings = {"resnet20-nhwc-uint8.onnx", "resnet20-nchw.onnx"})
  void givesTheExpectedLogitsOfBytes(String file) throws IOException {
    JsonNode expected = expected();
    float[] values = floats(expected.get("image_nhwc_uint8").get("data"));
    byte[] pixels = new byte[values.length];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) values[i];
    }
    float[][] logits = rows(expected.get("logits_of_image"));
    assumePlainRuntimeGives(logits, PlainRun.normalise(pixels, ROWS, SIZE, MEAN, DEVIATION));
    assertClose(label(file, pixels), logits, 1e-3f);
  }

  /**
   * Without this an expectation that belongs to other weights would be held against the teacher.
   */
  private void assumePlainRuntimeGives(float[][] expected, float[] input) {
    Path model = teachers.resolve("resnet20-nchw.onnx");
    float[][] found = PlainRun.nchw(model, "logits", input, ROWS, SIZE);
    float largest = 0;
    for (int row = 0; row < ROWS; row++) {
      for (int c = 0; c < CLASSES; c++) {
        largest = Math.max(largest, Math.abs(found[row][c] - expected[row][c]));
      }
    }
    assumeTrue(
        largest < 1e-3,
        "shared/teachers/expected.json is not what ONNX Runtime alone gives for resnet20-nchw.onnx:"
            + " largest difference "
            + largest);
  }

  private JsonNode expected() throws IOException {
    return new ObjectMapper().readTree(teachers.resolve("expected.json").toFile());
  }

  private float[][] plain(String file, byte[] pixels) {
    float[] input = PlainRun.normalise(pixels, ROWS, SIZE, MEAN, DEVIATION);
    return PlainRun.nchw(teachers.resolve(file), "logits", input, ROWS, SIZE);
  }

  private float[][] label(String file, byte[] pixels) {
    ModelFile model = ModelBuilder.fetch(teachers.resolve(file));
    try (OnnxTeacher teacher =
            OnnxTeacher.open("shared", model, new DataShape(CLASSES, SIZE), settings(), allocator);
        ImageBatch batch = TestImages.batch(allocator, ROWS, SIZE, pixels);
        SoftLabelBatch labels = teacher.label(batch)) {
      float[][] logits = new float[ROWS][CLASSES];
      for (int row = 0; row < ROWS; row++) {
        labels.logits().get(row * CLASSES, logits[row]);
      }
      return logits;
    }
  }

  /** Runs a model on floats that no bytes give, past the teacher's own normalisation. */
  private float[][] run(String file, String outputName, float[] values) {
    ModelFile model = ModelBuilder.fetch(teachers.resolve(file));
    try (OnnxSession session = OnnxSession.open(model, settings());
        TeacherOutput output = new TeacherOutput(CLASSES, file.contains("float16"), allocator)) {
      boolean half = file.contains("float16");
      OnnxJavaType type = half ? OnnxJavaType.FLOAT16 : OnnxJavaType.FLOAT;
      ByteBuffer input = direct(values.length * type.size);
      for (int i = 0; i < values.length; i++) {
        if (half) {
          input.putShort(2 * i, Fp16Conversions.floatToFp16(values[i]));
        } else {
          input.putFloat(4 * i, values[i]);
        }
      }
      ByteBuffer labels = direct(ROWS * CLASSES * Float.BYTES);
      ByteBuffer written = output.over(labels, 0, ROWS, ROWS);
      session.run(
          new Tensor("input", type, List.of((long) ROWS, 3L, (long) SIZE, (long) SIZE), input),
          new Tensor(outputName, type, List.of((long) ROWS, (long) CLASSES), written));
      output.collect(written, labels.asFloatBuffer(), 0, ROWS, ROWS);
      float[][] rows = new float[ROWS][CLASSES];
      for (int row = 0; row < ROWS; row++) {
        labels.asFloatBuffer().get(row * CLASSES, rows[row]);
      }
      return rows;
    }
  }

  private static ExecutionSettings settings() {
    return new ExecutionSettings(new Device.Cpu(), 1);
  }

  private static ByteBuffer direct(int bytes) {
    return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
  }

  private static float[] floats(JsonNode array) {
    float[] values = new float[array.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) array.get(i).asDouble();
    }
    return values;
  }

  private static float[][] rows(JsonNode table) {
    float[][] rows = new float[ROWS][];
    for (int row = 0; row < ROWS; row++) {
      rows[row] = floats(table.get(row));
    }
    return rows;
  }

  private static void assertClose(float[][] found, float[][] wanted, float tolerance) {
    for (int row = 0; row < ROWS; row++) {
      assertThat(found[row]).as("row %d", row).containsExactly(wanted[row], within(tolerance));
    }
  }
}
