package io.taustream.storage.document;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class YamlDocumentTest {
  private enum Encoding {
    DENSE_F16,
    TOP_K
  }

  private record Train(int epochs, int batch, double rate, Optional<String> note) {}

  @TempDir private Path folder;

  @Test
  void readsARecordWithDefaults() {
    Train train =
        parse(
            """
            # how to train
            train:
              epochs: 30
              rate: 5e-4
            """,
            YamlDocumentTest::train);

    assertThat(train).isEqualTo(new Train(30, 128, 5e-4, Optional.empty()));
  }

  @Test
  void readsScalarsOfEveryKind() {
    parse(
        "{s: text, q: '1', i: -3, x: 0x10, f: 1.5, w: 2, b: true, l: [1, 2], n: {k: top-k}}",
        root -> {
          assertThat(root.require("s").string()).isEqualTo("text");
          assertThat(root.require("q").string()).isEqualTo("1");
          assertThat(root.require("i").integer(-5, 5)).isEqualTo(-3);
          assertThat(root.require("x").integer(0L, Long.MAX_VALUE)).isEqualTo(16);
          assertThat(root.require("f").number(NumberRange.any())).isEqualTo(1.5);
          assertThat(root.require("w").number(NumberRange.above(0))).isEqualTo(2);
          assertThat(root.require("b").bool()).isTrue();
          assertThat(root.require("l").list())
              .extracting(v -> v.integer(1, 2))
              .containsExactly(1, 2);
          assertThat(root.require("n").map().require("k").constant(Encoding.class))
              .isEqualTo(Encoding.TOP_K);
          return null;
        });
  }

  @Test
  void readsUnionsByAskingFirst() {
    Function<YamlMap, Double> weight =
        root -> {
          YamlValue value = root.require("weight");
          return value.isMap()
              ? value.map().require("start").number(NumberRange.any())
              : value.number(NumberRange.any());
        };
    assertThat(parse("weight: 1.0", weight)).isEqualTo(1);
    assertThat(parse("weight: {start: 2}", weight)).isEqualTo(2);
    assertThat(error("weight: [2]", weight))
        .isEqualTo("c.yaml:1: weight: found a list; a number is allowed");

    Function<YamlMap, List<String>> names =
        root -> root.require("train").listOrOne().stream().map(YamlValue::string).toList();
    assertThat(parse("train: a", names)).containsExactly("a");
    assertThat(parse("train: [a, b]", names)).containsExactly("a", "b");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "many | 'many'; a whole number from 1 to 9",
        "0 | 0; a whole number from 1 to 9",
        "1.0 | 1.0; a whole number from 1 to 9",
        "99999999999999999999 | 99999999999999999999; a whole number from 1 to 9",
        "'3' | '3'; a whole number from 1 to 9",
        "~ | nothing; a whole number from 1 to 9",
        "[1] | a list; a whole number from 1 to 9",
        "{a: 1} | a map; a whole number from 1 to 9",
      })
  void saysWhichWholeNumbersAreAllowed(String found, String expected) {
    assertThat(
            error(
                "\ntrain:\n  batch: " + found,
                r -> r.require("train").map().require("batch").integer(1, 9)))
        .isEqualTo("c.yaml:3: train.batch: found " + expected + " is allowed");
  }

  @Test
  void saysWhichNumbersAreAllowed() {
    for (String wrong : List.of("1.5", "-0.1", ".inf", ".nan")) {
      assertThat(error("m: " + wrong, r -> r.require("m").number(NumberRange.below(0, 1))))
          .isEqualTo("c.yaml:1: m: found " + wrong + "; a number from 0 to below 1 is allowed");
    }
    assertThat(error("m: 0", r -> r.require("m").number(NumberRange.above(0))))
        .contains("a number above 0 is allowed");
    assertThat(error("m: x", r -> r.require("m").number(NumberRange.between(-0.5, 3))))
        .contains("a number from -0.5 to 3 is allowed");
  }

  @Test
  void convertsNothingToAText() {
    assertThat(error("run: 2024", r -> r.require("run").string()))
        .isEqualTo("c.yaml:1: run: found 2024; a text, in quotes, is allowed");
    assertThat(error("run: ''", r -> r.require("run").string()))
        .isEqualTo("c.yaml:1: run: found nothing; a text is allowed");
    assertThat(error("run: yes", r -> r.require("run").bool()))
        .isEqualTo("c.yaml:1: run: found 'yes'; true or false is allowed");
  }

  @Test
  void offersTheNearestChoice() {
    assertThat(error("e: topk", r -> r.require("e").constant(Encoding.class)))
        .isEqualTo(
            "c.yaml:1: e: found 'topk', did you mean 'top-k'?; one of dense-f16, top-k is allowed");
    assertThat(error("e: 7", r -> r.require("e").choice(List.of("only")))).contains("only only");
  }

  @Test
  void parsesTextsWithAMeaning() {
    Function<YamlMap, Long> size =
        root ->
            root.require("m")
                .parsed(
                    "a size such as 2KiB",
                    t ->
                        t.endsWith("KiB")
                            ? Optional.of(1024 * Long.parseLong(t.replace("KiB", "")))
                            : Optional.empty());
    assertThat(parse("m: 2KiB", size)).isEqualTo(2048);
    assertThat(error("m: 2K", size))
        .isEqualTo("c.yaml:1: m: found '2K'; a size such as 2KiB is allowed");
  }

  @Test
  void rejectsAnUnknownKeyAndNamesTheNearest() {
    assertThat(error("train:\n  epochs: 1\n  rate: 1\n  bacth: 3", YamlDocumentTest::train))
        .isEqualTo(
            "c.yaml:4: train.bacth: unknown key, did you mean 'batch'?;"
                + " allowed here: epochs, batch, rate, note");
  }

  @Test
  void rejectsUnknownKeysInListsOfMaps() {
    assertThat(
            error(
                "loss:\n- {type: ce}\n- {type: kl, temprature: 4}",
                root ->
                    root.require("loss").list().stream()
                        .map(v -> v.map().require("type").string())
                        .toList()))
        .isEqualTo("c.yaml:3: loss[1].temprature: unknown key; allowed here: type");
  }

  @Test
  void namesAMissingKeyAndWhatWasProbablyMeant() {
    assertThat(error("train:\n  rate: 1", YamlDocumentTest::train))
        .isEqualTo("c.yaml:2: train.epochs: not found; this key is required");
    assertThat(error("train:\n  epoch: 1", YamlDocumentTest::train))
        .isEqualTo("c.yaml:2: train.epochs: found 'epoch' in line 2; this key is required");
  }

  @Test
  void rejectsAKeyGivenTwice() {
    assertThat(error("a:\n  b: 1\n  c: 2\n  b: 3", root -> root))
        .isEqualTo("c.yaml:4: a.b: found twice, first in line 2; a key is allowed once");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "# nothing\n", "---\n"})
  void rejectsAnEmptyDocument(String text) {
    assertThat(error(text, root -> root)).startsWith("c.yaml:").contains("found").contains("keys");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "- a | c.yaml:1: found a list; a map of keys is allowed",
        "1: x | c.yaml:1: found 1; a text as key is allowed",
        "a: {[1]: 2} | c.yaml:1: a: found a list; a text as key is allowed",
        "a: &x 1 | c.yaml:1: found &x; write the value out instead",
        "a: *x | c.yaml:1: found *x; write the value out instead",
        "a: !foo 1 | c.yaml:1: found the tag !foo; no tags are allowed",
        "a: [1 | c.yaml:1: this is no YAML: ",
        "a: b: c | c.yaml:1: this is no YAML: mapping values are not allowed here",
        "%YAML 3.0 | c.yaml:1: this is no YAML: ",
      })
  void explainsWhatIsNoDocumentOfOurs(String text, String expected) {
    assertThat(error(text, root -> root)).startsWith(expected).doesNotContain("\n");
  }

  @Test
  void namesTheLineOfBrokenYaml() {
    assertThat(error("a: 1\nb: 2\n\t- x", root -> root)).startsWith("c.yaml:3: this is no YAML: ");
    assertThat(error("a: 1\nb: \u0001", root -> root))
        .isEqualTo("c.yaml:2: this is no YAML: found the control character U+0001");
    assertThat(error("a: 1\n---\nb: 2", root -> root)).startsWith("c.yaml:2: this is no YAML: ");
  }

  @Test
  void isNotBlownUpByAliasesOrDepth() {
    StringBuilder bomb = new StringBuilder("a0: &a0 [x]\n");
    for (int i = 1; i < 100; i++) {
      bomb.append("a%d: &a%d [*a%d, *a%d]\n".formatted(i, i, i - 1, i - 1));
    }
    assertThat(error(bomb.toString(), root -> root)).startsWith("c.yaml:1: found &a0");
    assertThat(error("a: " + "[".repeat(200_000), root -> root))
        .isEqualTo("c.yaml:1: found more than 64 levels");
  }

  @Test
  void readsAFileAndSaysWhyItCannot() throws IOException {
    Path file = Files.writeString(folder.resolve("c.yaml"), "\uFEFFa: 1");
    assertThat(YamlDocument.<Integer>read(file, root -> root.require("a").integer(0, 9)))
        .isEqualTo(1);

    assertThatThrownBy(() -> YamlDocument.read(folder.resolve("none.yaml"), YamlMap::keys))
        .isInstanceOf(DocumentException.class)
        .hasMessageContaining("none.yaml: there is no such file");
    assertThatThrownBy(() -> YamlDocument.read(folder, YamlMap::keys))
        .isInstanceOf(DocumentException.class)
        .hasMessageContaining("found a folder");
    Path latin = Files.write(folder.resolve("l"), "a: é".getBytes(StandardCharsets.ISO_8859_1));
    assertThatThrownBy(() -> YamlDocument.read(latin, YamlMap::keys))
        .isInstanceOf(DocumentException.class)
        .hasMessageContaining("no UTF-8");
    Path large = Files.write(folder.resolve("large"), new byte[YamlDocument.MAX_BYTES + 1]);
    assertThatThrownBy(() -> YamlDocument.read(large, YamlMap::keys))
        .isInstanceOf(DocumentException.class)
        .hasMessageContaining("at most 1048576");
  }

  @Test
  void asksForKeysWithoutKnowingThem() {
    assertThat(error("a: 1\nb: 2", YamlMap::keys))
        .contains("a: unknown key; allowed here: nothing");
    Set<String> keys =
        parse(
            "{b: 1, a: 2}",
            root -> {
              root.require("a");
              root.require("b");
              return root.keys();
            });
    assertThat(keys).containsExactly("b", "a");
  }

  private static Train train(YamlMap root) {
    YamlMap map = root.require("train").map();
    return new Train(
        map.require("epochs").integer(1, Integer.MAX_VALUE),
        map.find("batch").map(v -> v.integer(1, 65_536)).orElse(128),
        map.require("rate").number(NumberRange.above(0)),
        map.find("note").map(YamlValue::string));
  }

  private static <T> T parse(String text, Function<YamlMap, T> reader) {
    return YamlDocument.parse("c.yaml", text, reader);
  }

  private static String error(String text, Function<YamlMap, ?> reader) {
    try {
      YamlDocument.parse("c.yaml", text, reader);
    } catch (DocumentException e) {
      return e.getMessage();
    }
    throw new AssertionError("no error");
  }
}
