package io.taustream.teacher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.taustream.ingest.batch.ImageBatch;
import io.taustream.storage.TaustreamException;
import io.taustream.storage.label.SoftLabelBatch;
import io.taustream.teacher.ClassMap.Unmapped;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Teachers of five outputs for data of three classes: what cards say of them, and what labels hold.
 */
class ClassMapCardTest {
  private static final int SIZE = 4;
  private static final int OUTPUTS = 5;
  private static final int ROWS = 3;
  private static final DataShape DATA =
      new DataShape(3, SIZE, List.of("hot dog", "Cat", "ice_cream"));
  private static final String LIST = "class-map: [2, -1, 0, 1, 2]\n";

  private final BufferAllocator allocator = new RootAllocator();
  @TempDir Path folder;

  @AfterEach
  void nothingLeaks() {
    allocator.close();
  }

  @Test
  void labelsHoldOneLogitAClassOfTheData() {
    float[][] outputs = label(card("size: 4\n"), new DataShape(OUTPUTS, SIZE));

    float[][] labels = label(card(LIST), DATA);

    for (int row = 0; row < ROWS; row++) {
      float[] z = outputs[row];
      double both = Math.log(Math.exp(z[0]) + Math.exp(z[4]));
      assertThat(labels[row]).containsExactly(z[2], z[3], (float) both);
    }
  }

  @Test
  void probabilitiesAddUp() {
    ModelFile logits = card("size: 4\n");
    float[][] outputs = label(logits, new DataShape(OUTPUTS, SIZE));
    ModelFile probabilities =
        write(
            ModelBuilder.linear(-1, SIZE, OUTPUTS)
                .node("Softmax", List.of("logits"), "p")
                .output("p", ModelBuilder.FLOAT32, -1, OUTPUTS),
            "output: p\noutput-kind: probabilities\nunmapped: sum\n" + LIST);

    float[][] labels = label(probabilities, DATA);

    for (int row = 0; row < ROWS; row++) {
      double[] e = new double[OUTPUTS];
      for (int o = 0; o < OUTPUTS; o++) {
        e[o] = Math.exp(outputs[row][o]);
      }
      double sum = Arrays.stream(e).sum();
      double share = e[1] / sum / 3;
      assertThat(Math.exp(labels[row][0])).isCloseTo(e[2] / sum + share, within(1e-6));
      assertThat(Math.exp(labels[row][1])).isCloseTo(e[3] / sum + share, within(1e-6));
      assertThat(Math.exp(labels[row][2])).isCloseTo((e[0] + e[4]) / sum + share, within(1e-6));
    }
  }

  @Test
  void namesListsAndFilesThatSayTheSameAreOneTeacher() {
    TeacherCard said = open(card(LIST)).card();
    String identity = sha256(card(LIST));
    write("map.txt", "2\nnone\n0\n1\n2\n");
    write("names.txt", "Ice-Cream\nzebra\nHOT_DOG\ncat\nice cream\n");

    assertThat(said.classMap())
        .contains(new ClassMap.Indices(List.of(2, -1, 0, 1, 2), Unmapped.DROP));
    assertThat(said.toYaml()).endsWith("class-map: [2, -1, 0, 1, 2]\nunmapped: drop\n");
    assertThat(sha256(card("class-map: [2, none, 0, 1, 2]\n"))).isEqualTo(identity);
    assertThat(sha256(card("class-map: map.txt\n"))).isEqualTo(identity);
    assertThat(sha256(card("class-names: names.txt\n"))).isEqualTo(identity);
    assertThat(sha256(card("class-names: [ice cream, zebra, hot dog, cat, Ice Cream]\n")))
        .isEqualTo(identity);
    assertThat(sha256(card(LIST + "unmapped: sum\n"))).isNotEqualTo(identity);
    write("map.txt", "1\nnone\n0\n2\n2\n");
    assertThat(sha256(card("class-map: map.txt\n"))).isNotEqualTo(identity);
  }

  @Test
  void aMapThatChangesNothingIsTheSameTeacher() {
    DataShape five = new DataShape(OUTPUTS, SIZE);
    assertThat(sha256(card("class-map: [0, 1, 2, 3, 4]\nunmapped: sum\n"), five))
        .isEqualTo(sha256(card("size: 4\n"), five));
  }

  @Test
  void theCardThatItIsWrittenAsSaysTheSame() {
    TeacherCard card = open(card("unmapped: sum\n" + LIST)).card();

    assertThat(open(card(card.toYaml())).card()).isEqualTo(card);
  }

  @Test
  void inspectionKeepsNamesWhereTheDataIsNotKnown() {
    TeacherInspection inspection =
        TeacherInspection.of(card("class-names: [a, b, it's, d, e]\n"), Optional.empty());

    TeacherCard card = inspection.card().orElseThrow();
    assertThat(card.classMap())
        .contains(new ClassMap.Names(List.of("a", "b", "it's", "d", "e"), Unmapped.DROP));
    assertThat(card.toYaml())
        .endsWith("class-names: ['a', 'b', 'it''s', 'd', 'e']\nunmapped: drop\n");
  }

  @Test
  void aCardWithoutAMapSaysWhatToWrite() {
    assertThatThrownBy(() -> open(card("size: 4\n")))
        .isInstanceOf(TaustreamException.class)
        .hasMessageContainingAll(
            "m.onnx",
            "tells 5 classes apart",
            "the data has 3",
            "class-map",
            "class-names",
            "m.yaml");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          class-map: [2, -1, 0, 1]                          | class-map in the card | 4 entries, the model has 5 outputs
          class-map: [2, -1, 0, 0, 2]                       | no output stands for the data's class 1 (Cat) | each
          class-map: [2, -1, 0, 1, 3]                       | class 3 for output 4, the data has 3 classes | 0 to 2
          class-map: [2, -2, 0, 1, 2]                       | m.yaml:1 | class-map[1]
          class-map: [2, nothing, 0, 1, 2]                  | m.yaml:1 | -1 or none
          class-map: absent.txt                             | absent.txt is missing | copy it beside the model
          class-map: words.txt                              | line 2 of words.txt is 'two' | -1 or none
          class-map: ../words.txt                           | the card's file '../words.txt' | outside the model's folder
          class-names: [a, b, c, d, cat]                    | no output stands for the data's class 0 (hot dog) | each
          class-names: [a, b]                               | class-names in the card | 2 entries
          class-names: [a, b, c, d, e]¶class-map: [1, 0]    | there is class-map as well | keep one
          unmapped: sum                                     | unmapped | only beside class-map or class-names
          class-map: [2, -1, 0, 1, 2]¶unmapped: spread      | unmapped | drop
          """)
  void refuses(String card, String first, String second) {
    write("words.txt", "1\ntwo\n3\n0\n1\n");
    assertThatThrownBy(() -> open(card(card.replace('¶', '\n') + "\n")))
        .isInstanceOf(TaustreamException.class)
        .hasMessageContainingAll(first, second)
        .hasMessageNotContaining("\n");
  }

  @Test
  void namesNeedTheNamesOfTheDataAndMustDiffer() {
    String names = "class-names: [a, b, c, d, e]\n";
    assertThatThrownBy(() -> open(card(names), new DataShape(3, SIZE)))
        .isInstanceOf(TaustreamException.class)
        .hasMessageContainingAll("add data.class-names", "class-map");
    assertThatThrownBy(
            () -> open(card(names), new DataShape(3, SIZE, List.of("t-shirt", "x", "T Shirt"))))
        .isInstanceOf(TaustreamException.class)
        .hasMessageContainingAll("'t-shirt' and 'T Shirt'", "class-map");
  }

  @Test
  void metadataMayHoldTheMapButNameNoFile() {
    ModelBuilder model = ModelBuilder.linear(-1, SIZE, OUTPUTS);
    assertThat(
            open(write(model.metadata("taustream.class-map", "[2, -1, 0, 1, 2]"), "size: 4\n"))
                .classes())
        .isEqualTo(3);
    ModelBuilder file = ModelBuilder.linear(-1, SIZE, OUTPUTS);
    assertThatThrownBy(
            () -> open(write(file.metadata("taustream.class-names", "names.txt"), "size: 4\n")))
        .isInstanceOf(TaustreamException.class)
        .hasMessageContainingAll("class-names", "a list", "card files only");
  }

  private record Opened(TeacherCard card, int classes, String sha256) {}

  private Opened open(ModelFile model) {
    return open(model, DATA);
  }

  private Opened open(ModelFile model, DataShape data) {
    try (OnnxTeacher teacher = teacher(model, data)) {
      return new Opened(teacher.card(), teacher.classes(), teacher.identity().sha256());
    }
  }

  private String sha256(ModelFile model) {
    return sha256(model, DATA);
  }

  private String sha256(ModelFile model, DataShape data) {
    return open(model, data).sha256();
  }

  private float[][] label(ModelFile model, DataShape data) {
    try (OnnxTeacher teacher = teacher(model, data);
        ImageBatch batch =
            TestImages.batch(allocator, ROWS, SIZE, TestImages.pixels(ROWS, SIZE, 5));
        SoftLabelBatch labels = teacher.label(batch)) {
      float[][] logits = new float[ROWS][data.classes()];
      assertThat(labels.classes()).isEqualTo(data.classes());
      for (int row = 0; row < ROWS; row++) {
        labels.logits().get(row * data.classes(), logits[row]);
      }
      return logits;
    }
  }

  private OnnxTeacher teacher(ModelFile model, DataShape data) {
    return OnnxTeacher.open(
        "t", model, data, new ExecutionSettings(new Device.Cpu(), 1), allocator);
  }

  private ModelFile card(String card) {
    return write(ModelBuilder.linear(-1, SIZE, OUTPUTS), card);
  }

  private ModelFile write(ModelBuilder model, String card) {
    write("m.yaml", card);
    return model.write(folder.resolve("m.onnx"));
  }

  private void write(String name, String text) {
    try {
      Files.writeString(folder.resolve(name), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
