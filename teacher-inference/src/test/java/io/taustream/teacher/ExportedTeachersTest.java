package io.taustream.teacher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.taustream.ingest.batch.ImageBatch;
import io.taustream.storage.TaustreamException;
import io.taustream.storage.label.SoftLabelBatch;
import io.taustream.teacher.TeacherCard.ChannelOrder;
import io.taustream.teacher.TeacherCard.ElementType;
import io.taustream.teacher.TeacherCard.Layout;
import io.taustream.teacher.TeacherCard.OutputKind;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Small models as today's exporters write them, with what their frameworks say of the same images.
 * {@code src/test/scripts/make_teachers.py} makes them.
 */
class ExportedTeachersTest {
  private static final int ROWS = 5;

  private final BufferAllocator allocator = new RootAllocator();

  @AfterEach
  void nothingLeaks() {
    allocator.close();
  }

  @ParameterizedTest
  @CsvSource({
    "vit.onnx, 1e-3",
    "convnext.onnx, 1e-3",
    "efficientnet-fixed2.onnx, 1e-3",
    "rank4.onnx, 1e-3",
    "opset7.onnx, 1e-3",
    "grey.onnx, 1e-3",
    "preprocessing.onnx, 1e-3",
    "keras.onnx, 1e-3",
    "tf2onnx-fixed3.onnx, 1e-3",
    "jax.onnx, 1e-3",
    "logistic-regression.onnx, 1e-3",
    "digits.onnx, 1e-3",
    "float16.onnx, 1e-2",
    // One step of a type with eight bits of mantissa.
    "bfloat16.onnx, 0.032",
    // One step of the last quantisation.
    "qdq.onnx, 0.05"
  })
  void labelsAsTheModelsOwnFrameworkDoes(String file, float tolerance) throws IOException {
    float[][] expected = expected(file);
    try (OnnxTeacher teacher = open(file, expected[0].length);
        ImageBatch batch =
            TestImages.batch(allocator, ROWS, teacher.imageSize(), images(teacher.imageSize()));
        SoftLabelBatch labels = teacher.label(batch)) {
      boolean probabilities = teacher.card().outputKind() == OutputKind.PROBABILITIES;
      for (int row = 0; row < ROWS; row++) {
        float[] found = new float[teacher.classes()];
        labels.logits().get(row * found.length, found);
        for (int c = 0; probabilities && c < found.length; c++) {
          found[c] = (float) Math.exp(found[c]);
        }
        assertThat(found).as("row %d", row).containsExactly(expected[row], within(tolerance));
      }
    }
  }

  @Test
  void knowsWhatEveryModelGives() throws IOException {
    TreeSet<String> known = new TreeSet<>();
    json().fieldNames().forEachRemaining(known::add);
    known.add("zipmap.onnx");
    try (Stream<Path> files = Files.list(folder())) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .filteredOn(name -> name.endsWith(".onnx"))
          .containsExactlyInAnyOrderElementsOf(known);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "vit.onnx, 32, NCHW, RGB, FLOAT32, LOGITS, 7",
    "grey.onnx, 32, NCHW, GREY, FLOAT32, LOGITS, 7",
    "bfloat16.onnx, 32, NCHW, RGB, BFLOAT16, LOGITS, 7",
    "keras.onnx, 32, NHWC, RGB, FLOAT32, PROBABILITIES, 7",
    "jax.onnx, 32, NHWC, RGB, FLOAT32, LOGITS, 7",
    "logistic-regression.onnx, 16, FLAT, RGB, FLOAT32, PROBABILITIES, 7",
    "digits.onnx, 8, FLAT, GREY, FLOAT32, PROBABILITIES, 10"
  })
  void readsTheCardOffTheModel(
      String file,
      int size,
      Layout layout,
      ChannelOrder channels,
      ElementType type,
      OutputKind kind,
      int classes) {
    TeacherCard card = TeacherInspection.of(model(file), Optional.empty()).card().orElseThrow();
    assertThat(card.size()).isEqualTo(size);
    assertThat(card.layout()).isEqualTo(layout);
    assertThat(card.channels()).isEqualTo(channels);
    assertThat(card.type()).isEqualTo(type);
    assertThat(card.outputKind()).isEqualTo(kind);
    assertThat(card.classes()).isEqualTo(classes);
  }

  @Test
  void saysWhatItGuessedOfAFlatModel() {
    assertThat(TeacherInspection.of(model("digits.onnx"), Optional.empty()).guessed())
        .containsExactly(
            "mean: [0.0] (the usual for flat inputs)",
            "deviation: [1.0] (the usual for flat inputs)",
            "range: 255 (the usual)");
  }

  @Test
  void refusesAZipMapAndSaysHowToExportWithoutIt() {
    assertThatThrownBy(() -> open("zipmap.onnx", 10).close())
        .isInstanceOf(TaustreamException.class)
        .hasMessageContaining("zipmap.onnx: output output_probability is a sequence of maps")
        .hasMessageContaining("options={'zipmap': False}");
  }

  private OnnxTeacher open(String file, int classes) {
    return OnnxTeacher.open(
        "t",
        model(file),
        new DataShape(classes, 32),
        new ExecutionSettings(new Device.Cpu(), 1),
        allocator);
  }

  private static ModelFile model(String file) {
    return ModelBuilder.fetch(folder().resolve(file));
  }

  private static Path folder() {
    try {
      return Path.of(ExportedTeachersTest.class.getResource("/teachers/expected.json").toURI())
          .getParent();
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static JsonNode json() throws IOException {
    return new ObjectMapper().readTree(folder().resolve("expected.json").toFile());
  }

  private static float[][] expected(String file) throws IOException {
    return new ObjectMapper().convertValue(json().get(file).get("values"), float[][].class);
  }

  /** The same as the script's {@code images}. */
  private static byte[] images(int size) {
    byte[] pixels = new byte[ROWS * size * size * 3];
    int at = 0;
    for (int n = 0; n < ROWS; n++) {
      for (int y = 0; y < size; y++) {
        for (int x = 0; x < size; x++) {
          for (int c = 0; c < 3; c++) {
            pixels[at++] = (byte) (31 * y * (n + 1) + 17 * x * (c + 1) + x * y + 53 * n + 101 * c);
          }
        }
      }
    }
    return pixels;
  }
}
