package io.taustream.teacher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.taustream.ingest.batch.ImageBatch;
import io.taustream.storage.label.SoftLabelBatch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The models in shared/teachers against the outputs that lie beside them. */
class SharedTeachersTest {
  private static final double[] MEAN = {0.485, 0.456, 0.406};
  private static final double[] DEVIATION = {0.229, 0.224, 0.225};
  private static final int ROWS = 4;
  private static final int SIZE = 32;
  private static final int CLASSES = 10;

  private final BufferAllocator allocator = new RootAllocator();
  private Path teachers;
  private JsonNode expected;

  @BeforeEach
  void openExpectations() throws IOException {
    teachers = Path.of(System.getProperty("taustream.shared", "shared"), "teachers");
    assumeTrue(Files.isDirectory(teachers), "shared/teachers is not there");
    expected = new ObjectMapper().readTree(teachers.resolve("expected.json").toFile());
  }

  @AfterEach
  void nothingLeaks() {
    allocator.close();
  }

  /** The float inputs were made from bytes by the README's normalisation, so bytes give them. */
  @ParameterizedTest
  @CsvSource({
    "resnet20-nchw.onnx, 1e-3",
    "resnet20-opset11.onnx, 1e-3",
    "resnet20-fixed-batch4.onnx, 1e-3",
    "resnet20-two-outputs.onnx, 1e-3",
    "resnet20-external/model.onnx, 1e-3",
    "resnet20-float16.onnx, 1e-2"
  })
  void givesTheExpectedLogits(String file, float tolerance) {
    float[][] labels = label(file, bytesOf(expected.get("input_nchw").get("data")));
    assertClose(labels, expected.get("logits"), tolerance);
  }

  @ParameterizedTest
  @ValueSource(strings = {"resnet20-nhwc-uint8.onnx", "resnet20-nchw.onnx"})
  void givesTheExpectedLogitsOfBytes(String file) {
    JsonNode data = expected.get("image_nhwc_uint8").get("data");
    byte[] pixels = new byte[data.size()];
    IntStream.range(0, pixels.length).forEach(i -> pixels[i] = (byte) data.get(i).asInt());
    assertClose(label(file, pixels), expected.get("logits_of_image"), 1e-3f);
  }

  @ParameterizedTest
  @ValueSource(strings = "resnet20-probabilities.onnx")
  void givesTheLogarithmOfTheExpectedProbabilities(String file) {
    float[][] labels = label(file, bytesOf(expected.get("input_nchw").get("data")));
    for (float[] row : labels) {
      for (int c = 0; c < CLASSES; c++) {
        row[c] = (float) Math.exp(row[c]);
      }
    }
    assertClose(labels, expected.get("probabilities"), 1e-3f);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "resnet56-cifar10.onnx",
        "resnet20-nchw.onnx",
        "resnet20-fixed-batch4.onnx",
        "resnet20-external/model.onnx"
      })
  void labelsAsThePlainRuntimeDoesToTheBit(String file) {
    byte[] pixels = TestImages.pixels(ROWS, SIZE, 11);
    float[] input = PlainRun.normalise(pixels, ROWS, SIZE, MEAN, DEVIATION);
    assertThat(label(file, pixels))
        .isDeepEqualTo(PlainRun.nchw(teachers.resolve(file), "logits", input, ROWS, SIZE));
  }

  private float[][] label(String file, byte[] pixels) {
    ModelFile model = ModelBuilder.fetch(teachers.resolve(file));
    try (OnnxTeacher teacher =
            OnnxTeacher.open(
                "shared",
                model,
                new DataShape(CLASSES, SIZE),
                new ExecutionSettings(new Device.Cpu(), 1),
                allocator);
        ImageBatch batch = TestImages.batch(allocator, ROWS, SIZE, pixels);
        SoftLabelBatch labels = teacher.label(batch)) {
      float[][] logits = new float[ROWS][CLASSES];
      for (int row = 0; row < ROWS; row++) {
        labels.logits().get(row * CLASSES, logits[row]);
      }
      return logits;
    }
  }

  /** Undoes normalisation and layout. */
  private static byte[] bytesOf(JsonNode nchw) {
    byte[] pixels = new byte[nchw.size()];
    int plane = SIZE * SIZE;
    for (int i = 0; i < pixels.length; i++) {
      int row = i / (3 * plane);
      int c = i / plane % 3;
      double value = (nchw.get(i).asDouble() * DEVIATION[c] + MEAN[c]) * 255;
      assertThat(value).as("a byte").isCloseTo(Math.rint(value), within(0.01));
      pixels[(row * plane + i % plane) * 3 + c] = (byte) Math.rint(value);
    }
    return pixels;
  }

  private static void assertClose(float[][] found, JsonNode wanted, float tolerance) {
    for (int row = 0; row < ROWS; row++) {
      for (int c = 0; c < CLASSES; c++) {
        assertThat(found[row][c])
            .as("row %d class %d", row, c)
            .isEqualTo((float) wanted.get(row).get(c).asDouble(), within(tolerance));
      }
    }
  }
}
