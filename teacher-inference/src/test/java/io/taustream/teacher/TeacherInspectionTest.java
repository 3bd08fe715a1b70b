package io.taustream.teacher;

import static io.taustream.teacher.ModelBuilder.FLOAT16;
import static io.taustream.teacher.ModelBuilder.FLOAT32;
import static io.taustream.teacher.ModelBuilder.UINT8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taustream.storage.TaustreamException;
import io.taustream.storage.document.DocumentException;
import io.taustream.teacher.TeacherCard.ChannelOrder;
import io.taustream.teacher.TeacherCard.ElementType;
import io.taustream.teacher.TeacherCard.Layout;
import io.taustream.teacher.TeacherCard.OutputKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TeacherInspectionTest {
  @TempDir Path folder;

  @Test
  void saysWhatTheModelTakesAndGives() {
    TeacherInspection inspection =
        inspect(ModelBuilder.linear(-1, 4, 5).metadata("author", "someone"));
    assertThat(inspection.model().inputs())
        .containsExactly(new TensorDescription("input", "float32", List.of(-1L, 3L, 4L, 4L)));
    assertThat(inspection.model().outputs())
        .containsExactly(new TensorDescription("logits", "float32", List.of(-1L, 5L)));
    assertThat(inspection.model().producer()).isEqualTo("taustream-test 1");
    assertThat(inspection.model().opset()).isEqualTo(13);
    assertThat(inspection.model().metadata()).containsEntry("author", "someone");
    assertThat(inspection.providers()).contains("CPU");
    assertThat(inspection.problem()).isEmpty();
  }

  @Test
  void infersTheCardAndListsWhatItGuessed() {
    TeacherInspection inspection = inspect(ModelBuilder.linear(-1, 4, 5));
    assertThat(inspection.card())
        .contains(
            new TeacherCard(
                4,
                Layout.NCHW,
                ChannelOrder.RGB,
                ElementType.FLOAT32,
                List.of(0.485, 0.456, 0.406),
                List.of(0.229, 0.224, 0.225),
                255,
                "logits",
                OutputKind.LOGITS,
                5));
    assertThat(inspection.guessed())
        .extracting(guess -> guess.substring(0, guess.indexOf(':')))
        .containsExactlyInAnyOrder("channels", "mean", "deviation", "range");
  }

  @Test
  void guessesNoNormalisationForAUint8Model() {
    TeacherInspection inspection =
        inspect(
            new ModelBuilder()
                .input("image", UINT8, -1, 4, 4, 3)
                .cast("image", FLOAT16, "halves")
                .cast("halves", FLOAT32, "floats")
                .flattenAndMultiply("floats", 48, 5, "out")
                .output("out", FLOAT32, -1, 5));
    TeacherCard card = inspection.card().orElseThrow();
    assertThat(card.layout()).isEqualTo(Layout.NHWC);
    assertThat(card.range()).isEqualTo(1);
    assertThat(card.mean()).containsOnly(0.0);
    assertThat(inspection.guessed()).singleElement().asString().startsWith("channels: rgb");
  }

  @Test
  void aCardFileLeavesNothingToGuess() throws IOException {
    String card =
        """
        size: 4
        layout: nchw
        channels: bgr
        type: float32
        mean: [0.5, 0.25, 0.125]
        deviation: [1.0, 2.0, 4.0]
        range: 1
        output: 'logits'
        output-kind: probabilities
        classes: 5
        """;
    TeacherInspection inspection = inspect(ModelBuilder.linear(-1, 4, 5), card);
    assertThat(inspection.guessed()).isEmpty();
    assertThat(inspection.card().orElseThrow().toYaml()).isEqualTo(card);
  }

  @Test
  void theCardFileOutweighsTheMetadata() throws IOException {
    ModelBuilder model =
        ModelBuilder.linear(-1, 4, 5)
            .metadata("taustream.mean", "[0.5, 0.5, 0.5]")
            .metadata("taustream.deviation", "[0.25, 0.25, 0.25]")
            .metadata("taustream.epoch", "30");
    TeacherCard card = inspect(model, "mean: [0, 0, 0]\n").card().orElseThrow();
    assertThat(card.mean()).containsOnly(0.0);
    assertThat(card.deviation()).containsOnly(0.25);
  }

  @ParameterizedTest
  @CsvSource({
    "Gray8, Normalized_0_1, GREY, 0.0, 1.0, 255",
    "Bgr8, NominalRange_0_255, BGR, 0.0, 1.0, 1",
    "Rgb8, Normalized_0_1, RGB, 0.0, 1.0, 255",
    "Rgb8, Normalized_1_1, RGB, 0.5, 0.5, 255"
  })
  void readsOnnxsImageMetadata(
      String format, String pixels, ChannelOrder order, double mean, double deviation, int range) {
    int count = order == ChannelOrder.GREY ? 1 : 3;
    TeacherInspection inspection =
        inspect(
            new ModelBuilder()
                .input("input", FLOAT32, -1, count, 4, 4)
                .flattenAndMultiply("input", 16 * count, 5, "logits")
                .output("logits", FLOAT32, -1, 5)
                .metadata("Image.BitmapPixelFormat", format)
                .metadata("Image.NominalPixelRange", pixels));
    TeacherCard card = inspection.card().orElseThrow();
    assertThat(card.channels()).isEqualTo(order);
    assertThat(card.mean()).containsOnly(mean);
    assertThat(card.deviation()).containsOnly(deviation);
    assertThat(card.range()).isEqualTo(range);
    assertThat(inspection.guessed()).isEmpty();
  }

  @Test
  void seesProbabilitiesBehindAnIdentity() {
    TeacherInspection inspection =
        inspect(
            new ModelBuilder()
                .input("input", FLOAT32, -1, 3, 4, 4)
                .flattenAndMultiply("input", 48, 5, "scores")
                .node("Softmax", List.of("scores"), "soft", ModelBuilder.attribute("axis", 1))
                .node("Identity", List.of("soft"), "out")
                .output("out", FLOAT32, -1, 5));
    assertThat(inspection.card().orElseThrow().outputKind()).isEqualTo(OutputKind.PROBABILITIES);
  }

  @Test
  void takesTheDatasSizeWhereTheModelsIsDynamic() {
    ModelFile model =
        new ModelBuilder()
            .input("input", FLOAT32, -1, 3, -1, -1)
            .node("GlobalAveragePool", List.of("input"), "pooled")
            .flattenAndMultiply("pooled", 3, 5, "logits")
            .output("logits", FLOAT32, -1, 5)
            .write(folder.resolve("m.onnx"));
    assertThat(TeacherInspection.of(model, Optional.empty()).card().orElseThrow().size())
        .isEqualTo(224);
    TeacherInspection fitted = TeacherInspection.of(model, Optional.of(new DataShape(5, 32)));
    assertThat(fitted.card().orElseThrow().size()).isEqualTo(32);
    assertThat(fitted.guessed()).contains("size: 32 (the views' size)");
  }

  @Test
  void asksForANameWhereSeveralOutputsFit() {
    TeacherInspection inspection =
        inspect(
            new ModelBuilder()
                .input("input", FLOAT32, -1, 3, 4, 4)
                .flattenAndMultiply("input", 48, 5, "a")
                .flattenAndMultiply("input", 48, 5, "b")
                .output("a", FLOAT32, -1, 5)
                .output("b", FLOAT32, -1, 5));
    assertThat(inspection.card()).isEmpty();
    assertThat(inspection.problem().orElseThrow())
        .contains("a float32[?, 5], b float32[?, 5]")
        .contains("name the output in the card");
  }

  @Test
  void takesTheOutputCalledLogitsWhereSeveralFit() {
    TeacherInspection inspection =
        inspect(
            new ModelBuilder()
                .input("input", FLOAT32, -1, 3, 4, 4)
                .flattenAndMultiply("input", 48, 5, "features")
                .flattenAndMultiply("input", 48, 5, "logits")
                .output("features", FLOAT32, -1, 5)
                .output("logits", FLOAT32, -1, 5));
    assertThat(inspection.card().orElseThrow().output()).isEqualTo("logits");
    assertThat(inspection.guessed()).anyMatch(guess -> guess.startsWith("output: logits"));
  }

  @Test
  void findsNoOutputOfTheRightShape() {
    TeacherInspection inspection =
        inspect(
            new ModelBuilder()
                .input("input", FLOAT32, -1, 3, 4, 4)
                .node("Relu", List.of("input"), "map")
                .output("map", FLOAT32, -1, 3, 4, 4));
    assertThat(inspection.problem().orElseThrow())
        .contains("m.onnx")
        .contains("map float32[?, 3, 4, 4]")
        .contains("of shape [N, classes]");
  }

  @Test
  void refusesTwoInputs() {
    TeacherInspection inspection =
        inspect(
            new ModelBuilder()
                .input("a", FLOAT32, -1, 3, 4, 4)
                .input("b", FLOAT32, -1, 3, 4, 4)
                .node("Add", List.of("a", "b"), "sum")
                .flattenAndMultiply("sum", 48, 5, "logits")
                .output("logits", FLOAT32, -1, 5));
    assertThat(inspection.problem().orElseThrow()).contains("it takes 2 inputs");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "size: 5 | size: 5 | input float32[?, 3, 4, 4]",
        "layout: nhwc | layout: nhwc | input float32[?, 3, 4, 4]",
        "layout: flat | layout: flat | input float32[?, 3, 4, 4]",
        "channels: grey | channels: grey | input float32[?, 3, 4, 4]",
        "type: uint8 | type: uint8 | input float32[?, 3, 4, 4]",
        "output: scores | output: scores | logits float32[?, 5]",
        "classes: 6 | classes: 6 | logits float32[?, 5]"
      })
  void refusesACardThatContradictsTheModel(String card, String said, String found)
      throws IOException {
    String problem = inspect(ModelBuilder.linear(-1, 4, 5), card + "\n").problem().orElseThrow();
    assertThat(problem).contains("m.onnx", "m.yaml says " + said, found);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "sice: 4 | sice: unknown key, did you mean 'size'?",
        "size: 0 | size: found 0",
        "layout: chw | layout: found 'chw'",
        "mean: [1, 2] | a list of three numbers",
        "deviation: [1, 0, 1] | deviation[1]: found 0",
        "range: 127 | 255 or 1",
        "output-kind: scores | output-kind: found 'scores'",
        "classes: many | classes: found 'many'"
      })
  void refusesAWrongCardNamingItsLine(String card, String message) {
    assertThatThrownBy(() -> inspect(ModelBuilder.linear(-1, 4, 5), "channels: rgb\n" + card))
        .isInstanceOf(DocumentException.class)
        .hasMessageContaining("m.yaml:2: ")
        .hasMessageContaining(message);
  }

  @Test
  void refusesANormalisationForAUint8Model() throws IOException {
    ModelBuilder model =
        new ModelBuilder()
            .input("image", UINT8, -1, 4, 4, 3)
            .cast("image", FLOAT32, "floats")
            .flattenAndMultiply("floats", 48, 5, "logits")
            .output("logits", FLOAT32, -1, 5);
    assertThat(inspect(model, "mean: [0.5, 0.5, 0.5]\n").problem().orElseThrow())
        .contains("m.onnx", "a uint8 model normalises inside", "m.yaml");
  }

  @ParameterizedTest
  @CsvSource({"gpu", "cuda:", "cuda:-1", "''", "CPU"})
  void refusesAnUnknownDevice(String device) {
    assertThatThrownBy(() -> Device.parse(device))
        .isInstanceOf(TaustreamException.class)
        .hasMessageContaining("device '" + device + "'")
        .hasMessageContaining("auto, cpu, cuda, cuda:N");
  }

  private TeacherInspection inspect(ModelBuilder model) {
    return TeacherInspection.of(model.write(folder.resolve("m.onnx")), Optional.empty());
  }

  private TeacherInspection inspect(ModelBuilder model, String card) throws IOException {
    Files.writeString(folder.resolve("m.yaml"), card);
    return inspect(model);
  }
}
