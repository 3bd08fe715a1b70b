package io.taustream.pipeline.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code taustream teacher verify} on trained networks with planted faults: the bundled teacher of
 * Fashion-MNIST, which is grey, and one of CIFAR-10 for colours.
 */
class TeacherVerifyTest {
  private static final String NOT_NORMALISED =
      """
      channels: rgb
      mean: [0, 0, 0]
      deviation: [1, 1, 1]
      range: 255
      """;
  private static final String IMAGENET =
      """
      channels: rgb
      mean: [0.485, 0.456, 0.406]
      deviation: [0.229, 0.224, 0.225]
      range: 255
      """;

  @TempDir Path folder;
  private Path config;
  private Path model;
  private String trueCard;

  /** The bundled teacher, its data, and no card yet. */
  private PlantedModel fashion() {
    Path samples = Path.of(System.getProperty("taustream.root"), "samples", "fashion-mnist");
    config(
        """
        run: verify
        work: %s
        data:
          train: %s/fashion-mnist-train-0000.tar.gz
          test: %s/fashion-mnist-test-0000.tar.gz
          classes: 10
          class-names: [t-shirt, trouser, pullover, dress, coat, sandal, shirt, sneaker, bag, boot]
        view: {size: 28}
        student: {model: resnet8}
        train: {epochs: 1}
        device: cpu
        """
            .formatted(folder.resolve("work"), samples, samples));
    trueCard = read(samples.resolve("teacher.yaml"));
    return PlantedModel.of(samples.resolve("teacher.onnx"));
  }

  private PlantedModel cifar() {
    Path shared = Path.of(System.getProperty("taustream.shared", "shared"));
    Path teacher = shared.resolve("teachers/resnet20-nchw.onnx");
    Path data = shared.resolve("data/cifar10");
    assumeTrue(Files.isRegularFile(teacher), "shared/teachers is not there");
    assumeTrue(Files.isDirectory(data), "shared/data/cifar10 is not there");
    config(
        """
        run: verify
        work: %s
        data: {train: "%s/cifar10-test-0000.tar", classes: 10}
        view: {size: 32}
        student: {model: resnet8}
        train: {epochs: 1}
        device: cpu
        """
            .formatted(folder.resolve("work"), data));
    return PlantedModel.of(teacher);
  }

  @Test
  void findsNoFaultWithTheBundledTeacherAndMeasuresItsSpeed() {
    plant(fashion(), trueCard);

    Ended ended =
        Ended.of(
            "teacher",
            "verify",
            model.toString(),
            "--data",
            config.toString(),
            "--samples",
            "200",
            "--time",
            "1",
            "--json");

    JsonNode found = ended.isDone().json();
    assertThat(found.get("faults")).isEmpty();
    assertThat(found.get("data").asText()).isEqualTo("test");
    assertThat(found.get("samples").asInt()).isEqualTo(200);
    assertThat(found.get("top1").asDouble()).isGreaterThan(0.8);
    assertThat(found.get("top5").asDouble()).isGreaterThan(found.get("top1").asDouble());
    assertThat(found.get("nll").isNumber()).isTrue();
    assertThat(found.get("confidence").isNumber()).isTrue();
    assertThat(found.get("notes").toString()).contains("grey");
    assertThat(found.get("speed").get(0).get("batch").asInt()).isOne();
    assertThat(found.get("speed").get(0).get("imagesPerSecond").asDouble()).isPositive();
    assertThat(found.get("bestBatch").isNumber()).isTrue();
    assertThat(found.get("written").isNull()).isTrue();
    assertThat(read(card())).isEqualTo(trueCard);
  }

  @Test
  void findsShiftedClasses() {
    plant(fashion().outputs(1, 2, 3, 4, 5, 6, 7, 8, 9, 0), trueCard);

    JsonNode found = faulty("class-order");

    assertThat(found.get("faults").get(0).get("found").asText())
        .contains("output i is class i + 1 (mod 10)");
    assertThat(integers(found.get("classOfOutput"))).containsExactly(1, 2, 3, 4, 5, 6, 7, 8, 9, 0);
  }

  @Test
  void findsPermutedClassesAndNamesThem() {
    plant(fashion().outputs(7, 1, 2, 3, 9, 5, 6, 4, 8, 0), trueCard);

    JsonNode found = faulty("class-order");

    assertThat(found.get("faults").get(0).get("found").asText())
        .contains("output 0 is class 7 (sneaker)", "output 4 is class 9 (boot)");
    assertThat(integers(found.get("classOfOutput"))).containsExactly(7, 1, 2, 3, 9, 5, 6, 4, 8, 0);
  }

  @Test
  void writesTheClassMapThatItFoundAndFindsNoFaultWithIt() {
    plant(fashion().outputs(7, 1, 2, 3, 9, 5, 6, 4, 8, 0), null);

    Ended written = verify("--write-card");
    assertThat(written.status()).isEqualTo(1);
    assertThat(written.json().get("faults").get(0).get("remedy").asText())
        .contains("class-map: [7, 1, 2, 3, 9, 5, 6, 4, 8, 0]");
    assertThat(read(card())).contains("class-map: [7, 1, 2, 3, 9, 5, 6, 4, 8, 0]");

    JsonNode again = verify().isDone().json();
    assertThat(again.get("faults")).isEmpty();
    assertThat(again.get("top1").asDouble()).isGreaterThan(0.8);
    assertThat(integers(again.get("classOfOutput"))).containsExactly(7, 1, 2, 3, 9, 5, 6, 4, 8, 0);
    assertThat(integers(again.get("card").get("class-map"))).hasSize(10);
    assertThat(again.get("card").get("unmapped").asText()).isEqualTo("drop");
    assertThat(Ended.of("teacher", "inspect", model.toString()).isDone().out())
        .contains("class-map: [7, 1, 2, 3, 9, 5, 6, 4, 8, 0]");
  }

  @Test
  void judgesATeacherThroughTheNamesOfItsOutputs() {
    plant(
        fashion().outputs(3, 7, 0, 0, 1, 2, 3, 4, 5, 6, 8, 9),
        trueCard.replace("classes: 10", "classes: 12") + "class-names: names.txt\n");
    write(
        folder.resolve("names.txt"),
        """
        zebra
        Sneaker
        t_shirt
        T-Shirt
        Trouser
        pullover
        dress
        coat
        sandal
        shirt
        bag
        boot
        """);

    JsonNode found = verify().isDone().json();

    assertThat(integers(found.get("classOfOutput")))
        .containsExactly(-1, 7, 0, 0, 1, 2, 3, 4, 5, 6, 8, 9);
    assertThat(found.get("top1").asDouble()).isGreaterThan(0.75);
  }

  @Test
  void findsProbabilitiesForLogitsAndWritesTheCardThatIsRight() {
    plant(fashion().softmax(), trueCard);

    JsonNode found = faulty("output-kind");
    assertThat(found.get("correctedCard").get("output-kind").asText()).isEqualTo("probabilities");
    double nll = found.get("nll").asDouble();

    Ended refused = verify("--write-card");
    assertThat(refused.status()).isEqualTo(1);
    assertThat(refused.err().lines().filter(line -> line.startsWith("taustream: "))).hasSize(1);
    assertThat(refused.err()).contains("there is a card already", card().toString(), "--force");
    assertThat(refused.json().get("written").isNull()).isTrue();
    assertThat(read(card())).isEqualTo(trueCard);

    Ended written = verify("--write-card", "--force");
    assertThat(written.status()).isEqualTo(1);
    assertThat(written.json().get("written").asText()).endsWith(card().toString());
    assertThat(read(card())).startsWith("# How to feed this model").contains("probabilities");

    JsonNode again = verify().isDone().json();
    assertThat(again.get("faults")).isEmpty();
    assertThat(again.get("nll").asDouble()).isCloseTo(nll, within(1e-6));
  }

  @Test
  void tellsPeopleWhatItFoundAndWhatToWrite() {
    plant(fashion().softmax(), trueCard);

    Ended ended =
        Ended.of(
            "teacher",
            "verify",
            model.toString(),
            "--data",
            config.toString(),
            "--samples",
            "60",
            "--time",
            "0");

    assertThat(ended.status()).isEqualTo(1);
    assertThat(ended.out())
        .contains(
            "60 test images",
            "as the card says",
            "ImageNet's",
            "images a second",
            "FAULT output-kind",
            "The card that fits",
            "output-kind: probabilities");
    assertThat(ended.err().lines().filter(line -> line.startsWith("taustream: ")))
        .singleElement()
        .asString()
        .contains("a fault", "write into the card: output-kind: probabilities");
  }

  @Test
  void findsBgrForRgb() {
    plant(cifar().bgr(), IMAGENET);

    JsonNode found = faulty("channels", "--samples", "500");

    assertThat(found.get("data").asText()).isEqualTo("train");
    assertThat(found.get("correctedCard").get("channels").asText()).isEqualTo("bgr");
    assertThat(found.get("correctedCard").get("mean").get(0).asDouble()).isEqualTo(0.406);
  }

  @Test
  void findsMissingNormalisation() {
    plant(cifar(), NOT_NORMALISED);

    JsonNode found = faulty("normalisation");

    // ImageNet's, or CIFAR's, which is nearly the same.
    assertThat(found.get("correctedCard").get("mean").get(0).asDouble())
        .isCloseTo(0.488, within(0.01));
    assertThat(found.get("correctedCard").get("channels").asText()).isEqualTo("rgb");
  }

  @Test
  void takesOnlyCountsThatAreOnes() {
    plant(fashion(), trueCard);
    Ended wrong = verify("--samples", "0");
    assertThat(wrong.status()).isEqualTo(2);
    assertThat(wrong.err()).contains("--samples is 0", "at least 1");
  }

  @Test
  void inspectWritesTheCardItInferredButNoneOverAnother() {
    plant(fashion(), null);

    Ended.of("teacher", "inspect", model.toString(), "--write-card").isDone();

    assertThat(read(card())).startsWith("# How to feed this model").contains("size: 28");
    String before = read(card());
    Ended refused = Ended.of("teacher", "inspect", model.toString(), "--write-card");
    assertThat(refused.status()).isEqualTo(1);
    assertThat(refused.err()).contains("there is a card already", "--force");
    assertThat(read(card())).isEqualTo(before);
    Ended.of("teacher", "inspect", model.toString(), "--write-card", "--force").isDone();
  }

  /** Verifies, expects exactly these kinds of faults, and gives what was said. */
  private JsonNode faulty(String kind, String... more) {
    Ended ended = verify(more);
    assertThat(ended.status()).as("%s\n%s", ended.out(), ended.err()).isEqualTo(1);
    assertThat(ended.err().lines().filter(line -> line.startsWith("taustream: "))).hasSize(1);
    JsonNode found = ended.json();
    assertThat(found.get("faults")).as(ended.out()).hasSize(1);
    assertThat(found.get("faults").get(0).get("kind").asText()).isEqualTo(kind);
    return found;
  }

  private Ended verify(String... more) {
    List<String> words =
        new ArrayList<>(
            List.of("teacher", "verify", model.toString(), "--data", config.toString(), "--json"));
    words.addAll(List.of("--time", "0"));
    if (!List.of(more).contains("--samples")) {
      words.addAll(List.of("--samples", "200"));
    }
    words.addAll(List.of(more));
    return Ended.of(words.toArray(String[]::new));
  }

  private void plant(PlantedModel planted, String card) {
    model = folder.resolve("planted.onnx");
    planted.write(model);
    if (card != null) {
      write(card(), card);
    }
  }

  private Path card() {
    return folder.resolve("planted.yaml");
  }

  private void config(String text) {
    config = folder.resolve("run.yaml");
    write(config, text);
  }

  private static List<Integer> integers(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).map(JsonNode::asInt).toList();
  }

  private static void write(Path file, String text) {
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
