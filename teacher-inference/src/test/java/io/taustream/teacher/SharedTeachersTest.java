package io.taustream.teacher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.taustream.ingest.batch.ImageBatch;
import io.taustream.storage.label.SoftLabelBatch;
import io.taustream.teacher.TeacherCard.OutputKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One network in many forms: the models in shared/teachers. None has a card beside it. */
class SharedTeachersTest {
  private static final double[] MEAN = {0.485, 0.456, 0.406};
  private static final double[] DEVIATION = {0.229, 0.224, 0.225};
  private static final int ROWS = 4;
  private static final int SIZE = 32;
  private static final int CLASSES = 10;

  /** ONNX Runtime 1.32 in Python, one thread, resnet20-nchw.onnx on {@link #gradients()}. */
  private static final float[][] RESNET20 = {
    {
      3.19496f, -2.98470f, 2.79700f, 1.13333f, 0.45795f, -0.73545f, -1.72317f, -1.27994f, 2.07043f,
      -2.98304f
    },
    {
      3.23833f, -2.90976f, 3.43479f, 1.02945f, 0.34050f, -1.17279f, -1.86664f, -0.79892f, 1.64658f,
      -2.99015f
    },
    {
      2.67687f, -2.82866f, 3.81959f, 0.76285f, 0.40139f, -1.21982f, -2.18431f, -0.11674f, 1.49266f,
      -2.85068f
    },
    {
      1.72081f, -2.51785f, 3.87220f, 0.32642f, 0.52076f, -0.80741f, -2.66057f, 0.46051f, 1.70107f,
      -2.66439f
    }
  };

  /** Likewise of resnet56-cifar10.onnx. */
  private static final float[][] RESNET56 = {
    {
      0.52965f, -2.14695f, 0.94352f, 1.57290f, 1.51057f, 0.88624f, 0.78162f, -0.58985f, -0.11503f,
      -3.39565f
    },
    {
      0.94695f, -2.31839f, 1.32687f, 1.17946f, 1.37900f, 1.01583f, 0.95754f, -0.95216f, -0.19080f,
      -3.36508f
    },
    {
      1.38559f, -2.45471f, 1.83789f, 0.82451f, 1.36849f, 0.87959f, 0.96210f, -1.25214f, -0.22876f,
      -3.34075f
    },
    {
      1.67009f, -2.47632f, 2.12985f, 0.63412f, 1.28568f, 0.68940f, 0.90723f, -1.40571f, -0.24740f,
      -3.20314f
    }
  };

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
    float[] input = PlainRun.normalise(pixels, ROWS, SIZE, MEAN, DEVIATION);
    assertThat(label(file, pixels))
        .isDeepEqualTo(PlainRun.nchw(teachers.resolve(file), "logits", input, ROWS, SIZE));
  }

  @ParameterizedTest
  @CsvSource({
    "resnet20-nchw.onnx, 1e-3",
    "resnet20-opset11.onnx, 1e-3",
    "resnet20-fixed-batch4.onnx, 1e-3",
    "resnet20-nhwc-uint8.onnx, 1e-3",
    "resnet20-two-outputs.onnx, 1e-3",
    "resnet20-external/model.onnx, 1e-3",
    "resnet20-float16.onnx, 1e-2"
  })
  void everyFormGivesTheSameLogitsWithoutACard(String file, float tolerance) {
    assertClose(label(file, gradients()), RESNET20, tolerance);
  }

  @Test
  void theProbabilitiesFormGivesTheLogarithmOfTheirSoftMax() {
    assertClose(label("resnet20-probabilities.onnx", gradients()), logSoftMax(RESNET20), 1e-3f);
  }

  @Test
  void theTeacherForCifarGivesWhatPythonSays() {
    assertClose(label("resnet56-cifar10.onnx", gradients()), RESNET56, 1e-3f);
  }

  @ParameterizedTest
  @CsvSource({
    "resnet20-nhwc-uint8.onnx, channels",
    "resnet20-two-outputs.onnx, channels mean deviation range",
    "resnet56-cifar10.onnx, channels mean deviation range"
  })
  void guessesNothingButColoursAndNormalisation(String file, String keys) {
    ModelFile model = ModelBuilder.fetch(teachers.resolve(file));
    TeacherInspection inspection =
        TeacherInspection.of(model, Optional.of(new DataShape(CLASSES, SIZE)));
    assertThat(inspection.guessed())
        .extracting(guess -> guess.substring(0, guess.indexOf(':')))
        .containsExactlyInAnyOrder(keys.split(" "));
  }

  @ParameterizedTest
  @CsvSource({
    "resnet20-nchw.onnx, 1e-3",
    "resnet20-fixed-batch4.onnx, 1e-3",
    "resnet20-nhwc-uint8.onnx, 1e-3",
    "resnet20-two-outputs.onnx, 1e-3",
    "resnet20-external/model.onnx, 1e-3",
    "resnet20-probabilities.onnx, 1e-3",
    "resnet20-float16.onnx, 4e-2"
  })
  void theFormsAgreeOnTheExpectedImages(String file, float tolerance) throws IOException {
    byte[] pixels = expectedImages();
    float[][] plain = label("resnet20-nchw.onnx", pixels);
    boolean probabilities = file.contains("probabilities");
    assertClose(label(file, pixels), probabilities ? logSoftMax(plain) : plain, tolerance);
  }

  /**
   * Skipped while the file's logits are not these models': they agree, as far as that can be told,
   * with the same weights under batch normalisation in training mode, by the mean and deviation of
   * the four images themselves, which no exported model computes.
   */
  @ParameterizedTest
  @ValueSource(strings = {"resnet20-nchw.onnx", "resnet20-nhwc-uint8.onnx"})
  void givesTheExpectedLogits(String file) throws IOException {
    JsonNode expected = expected().get("logits_of_image");
    float[][] logits = new ObjectMapper().convertValue(expected, float[][].class);
    byte[] pixels = expectedImages();
    float[] input = PlainRun.normalise(pixels, ROWS, SIZE, MEAN, DEVIATION);
    float[][] plain =
        PlainRun.nchw(teachers.resolve("resnet20-nchw.onnx"), "logits", input, ROWS, SIZE);
    float difference = largestDifference(plain, logits);
    assumeTrue(
        difference < 1e-3,
        "shared/teachers/expected.json is not what ONNX Runtime alone gives for resnet20-nchw.onnx:"
            + " largest difference "
            + difference);
    assertClose(label(file, pixels), logits, 1e-3f);
  }

  private JsonNode expected() throws IOException {
    return new ObjectMapper().readTree(teachers.resolve("expected.json").toFile());
  }

  private byte[] expectedImages() throws IOException {
    JsonNode values = expected().get("image_nhwc_uint8").get("data");
    byte[] pixels = new byte[values.size()];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) values.get(i).asInt();
    }
    return pixels;
  }

  /** Soft colour gradients: noise drives the logits so far that float16 has no 1e-2 left. */
  private static byte[] gradients() {
    byte[] pixels = new byte[ROWS * SIZE * SIZE * 3];
    int at = 0;
    for (int n = 0; n < ROWS; n++) {
      for (int y = 0; y < SIZE; y++) {
        for (int x = 0; x < SIZE; x++) {
          for (int c = 0; c < 3; c++) {
            pixels[at++] = (byte) Math.min(255, 60 + 20 * n + 2 * x + y * (c + 1));
          }
        }
      }
    }
    return pixels;
  }

  private float[][] label(String file, byte[] pixels) {
    ModelFile model = ModelBuilder.fetch(teachers.resolve(file));
    ExecutionSettings settings = new ExecutionSettings(new Device.Cpu(), 1);
    try (OnnxTeacher teacher =
            OnnxTeacher.open("shared", model, new DataShape(CLASSES, SIZE), settings, allocator);
        ImageBatch batch = TestImages.batch(allocator, ROWS, SIZE, pixels);
        SoftLabelBatch labels = teacher.label(batch)) {
      assertThat(teacher.card().outputKind())
          .isEqualTo(file.contains("probabilities") ? OutputKind.PROBABILITIES : OutputKind.LOGITS);
      float[][] logits = new float[ROWS][CLASSES];
      for (int row = 0; row < ROWS; row++) {
        labels.logits().get(row * CLASSES, logits[row]);
      }
      return logits;
    }
  }

  private static float[][] logSoftMax(float[][] logits) {
    float[][] logarithms = new float[ROWS][CLASSES];
    for (int row = 0; row < ROWS; row++) {
      double sum = 0;
      for (float logit : logits[row]) {
        sum += Math.exp(logit);
      }
      for (int c = 0; c < CLASSES; c++) {
        logarithms[row][c] = logits[row][c] - (float) Math.log(sum);
      }
    }
    return logarithms;
  }

  private static float largestDifference(float[][] a, float[][] b) {
    float largest = 0;
    for (int row = 0; row < ROWS; row++) {
      for (int c = 0; c < CLASSES; c++) {
        largest = Math.max(largest, Math.abs(a[row][c] - b[row][c]));
      }
    }
    return largest;
  }

  private static void assertClose(float[][] found, float[][] wanted, float tolerance) {
    for (int row = 0; row < ROWS; row++) {
      assertThat(found[row]).as("row %d", row).containsExactly(wanted[row], within(tolerance));
    }
  }
}
