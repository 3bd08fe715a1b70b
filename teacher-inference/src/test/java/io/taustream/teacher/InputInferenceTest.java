package io.taustream.teacher;

import static io.taustream.teacher.ModelBuilder.FLOAT32;
import static org.assertj.core.api.Assertions.assertThat;

import io.taustream.teacher.TeacherCard.ChannelOrder;
import io.taustream.teacher.TeacherCard.Layout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is read off the shape of a model's input: grey, flat, or no image at all. */
class InputInferenceTest {
  @TempDir Path folder;

  @Test
  void refusesAnInputThatIsNoImage() {
    TeacherInspection inspection =
        inspect(
            new ModelBuilder()
                .input("tokens", FLOAT32, -1, 50)
                .weights("w", 50, 5)
                .node("MatMul", List.of("tokens", "w"), "logits")
                .output("logits", FLOAT32, -1, 5));
    assertThat(inspection.problem().orElseThrow())
        .contains("m.onnx")
        .contains("tokens float32[?, 50] takes rows of 50 values")
        .contains("neither size * size * 3 nor size * size");
  }

  @Test
  void refusesAnInputOfThreeDimensions() {
    TeacherInspection inspection =
        inspect(
            new ModelBuilder()
                .input("series", FLOAT32, -1, 4, 12)
                .flattenAndMultiply("series", 48, 5, "logits")
                .output("logits", FLOAT32, -1, 5));
    assertThat(inspection.problem().orElseThrow())
        .contains("m.onnx")
        .contains("series float32[?, 4, 12] has 3 dimensions");
  }

  @Test
  void refusesAnInputOfTwoChannels() {
    TeacherInspection inspection =
        inspect(
            new ModelBuilder()
                .input("input", FLOAT32, -1, 2, 4, 4)
                .flattenAndMultiply("input", 32, 5, "logits")
                .output("logits", FLOAT32, -1, 5));
    assertThat(inspection.problem().orElseThrow())
        .contains("input float32[?, 2, 4, 4] has no dimension of 3 channels, nor of 1");
  }

  @ParameterizedTest
  @CsvSource({"1, 4, 4, NCHW", "4, 4, 1, NHWC", "-1, 4, 4, NCHW", "4, 4, -1, NHWC"})
  void aGreyModelHasOneMeanAndOneDeviation(long second, long third, long last, Layout layout)
      throws IOException {
    ModelBuilder model =
        new ModelBuilder()
            .input("input", FLOAT32, -1, second, third, last)
            .flattenAndMultiply("input", 16, 5, "logits")
            .output("logits", FLOAT32, -1, 5);
    TeacherInspection inspection = inspect(model, "channels: grey\n");
    TeacherCard card = inspection.card().orElseThrow();
    assertThat(card.layout()).isEqualTo(layout);
    assertThat(card.size()).isEqualTo(4);
    assertThat(card.mean()).containsExactly(0.449);
    assertThat(card.deviation()).containsExactly(0.226);
    assertThat(inspection.guessed())
        .extracting(guess -> guess.substring(0, guess.indexOf(':')))
        .containsExactlyInAnyOrder("mean", "deviation", "range");
  }

  @Test
  void oneNumberCountsForEveryChannel() throws IOException {
    TeacherCard card =
        inspect(ModelBuilder.linear(-1, 4, 5), "mean: [0.5]\ndeviation: [0.25]\n")
            .card()
            .orElseThrow();
    assertThat(card.mean()).containsExactly(0.5, 0.5, 0.5);
    assertThat(card.deviation()).containsExactly(0.25, 0.25, 0.25);
  }

  @Test
  void refusesThreeMeansForAGreyModel() throws IOException {
    ModelBuilder model =
        new ModelBuilder()
            .input("input", FLOAT32, -1, 1, 4, 4)
            .flattenAndMultiply("input", 16, 5, "logits")
            .output("logits", FLOAT32, -1, 5);
    assertThat(inspect(model, "mean: [0.1, 0.2, 0.3]\n").problem().orElseThrow())
        .contains("m.onnx", "mean is [0.1, 0.2, 0.3]", "one for channels grey", "m.yaml");
  }

  @Test
  void guessesNoNormalisationWhereTheRangeIsOne() throws IOException {
    TeacherInspection inspection = inspect(ModelBuilder.linear(-1, 4, 5), "range: 1\n");
    TeacherCard card = inspection.card().orElseThrow();
    assertThat(card.mean()).containsOnly(0.0);
    assertThat(card.deviation()).containsOnly(1.0);
    assertThat(inspection.guessed()).contains("mean: [0.0, 0.0, 0.0] (the usual with range 1)");
  }

  @ParameterizedTest
  @CsvSource({"48, 4, RGB", "16, 4, GREY", "3, 1, RGB", "3072, 32, RGB", "784, 28, GREY"})
  void tellsTheSizeOfAFlatInputFromItsLength(int values, int size, ChannelOrder channels) {
    TeacherInspection inspection =
        inspect(
            new ModelBuilder()
                .input("input", FLOAT32, -1, values)
                .weights("w", values, 5)
                .node("MatMul", List.of("input", "w"), "logits")
                .output("logits", FLOAT32, -1, 5));
    TeacherCard card = inspection.card().orElseThrow();
    assertThat(card.layout()).isEqualTo(Layout.FLAT);
    assertThat(card.size()).isEqualTo(size);
    assertThat(card.channels()).isEqualTo(channels);
  }

  private TeacherInspection inspect(ModelBuilder model) {
    return TeacherInspection.of(model.write(folder.resolve("m.onnx")), Optional.empty());
  }

  private TeacherInspection inspect(ModelBuilder model, String card) throws IOException {
    Files.writeString(folder.resolve("m.yaml"), card);
    return inspect(model);
  }
}
