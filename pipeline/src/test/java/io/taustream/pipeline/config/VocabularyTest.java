package io.taustream.pipeline.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.taustream.student.loss.Pairing;
import io.taustream.student.loss.Surrogate;
import io.taustream.student.model.StudentModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The configuration, the parts that it configures and its document use the same words. */
class VocabularyTest {
  @Test
  void allowsTheKendallVariantsThatTheTrainerHas() {
    assertThat(KendallConfig.SURROGATES)
        .containsExactlyElementsOf(
            Arrays.stream(Surrogate.values()).map(Surrogate::label).toList());
    assertThat(KendallConfig.PAIRINGS)
        .containsExactlyElementsOf(Arrays.stream(Pairing.values()).map(Pairing::label).toList());
  }

  @Test
  void documentsEveryStudent() throws IOException {
    assertThat(StudentModels.names())
        .allSatisfy(model -> assertThat(document()).contains("`" + model + "`"));
  }

  @Test
  void documentsEveryLossTerm() throws IOException {
    String losses =
        Files.readString(Path.of(System.getProperty("taustream.root"), "docs", "losses.md"));
    assertThat(LossConfig.TYPES)
        .allSatisfy(type -> assertThat(document()).contains("`" + type + "`"))
        .allSatisfy(type -> assertThat(losses).containsPattern("(?m)^## " + type + "$"));
  }

  @Test
  void documentsEveryKey() throws IOException {
    String document = document();
    RunConfig everything =
        RunConfig.parse(
            "everything.yaml",
            """
            run: r
            data: {format: idx, train: a, test: b, classes: 2, class-names: [a, b]}
            view: {size: 32, seed: 3}
            teachers: [{name: t, model: m}]
            labels: {store: s, encoding: top-k, k: 1}
            student: {model: resnet8}
            train: {epochs: 2, checkpoint-every: 1, schedule: {type: step, at: [1]}}
            loss: [{type: ce, weight: {from: 0, to: 1, epochs: 1}}, {type: kl}, {type: kendall}, {type: dkd}, {type: dist}, {type: mlkd}, {type: ctkd}]
            storage: {s3: {endpoint: "http://h:1", region: r}}
            watch: {teachers: t}
            """,
            Path.of("/base"));
    Object tree = new Load(LoadSettings.builder().build()).loadFromString(everything.toYaml());

    List<String> keys = keys("", tree);
    assertThat(keys)
        .contains(
            "ensemble.average", "train.schedule.factor", "loss[].steepness", "storage.s3.region");
    keys.addAll(
        List.of(
            "student.torchscript",
            "labels.n",
            "labels.temperature",
            "teachers[].options",
            "teachers[].options.custom-operators"));
    assertThat(keys)
        .allSatisfy(
            key -> assertThat(document).containsPattern("(?m)^\\| `" + Pattern.quote(key) + "` "));
  }

  private static String document() throws IOException {
    return Files.readString(
        Path.of(System.getProperty("taustream.root"), "docs", "configuration.md"));
  }

  /** The paths of all keys that hold a value. */
  private static List<String> keys(String path, Object value) {
    List<String> keys = new ArrayList<>();
    if (value instanceof Map<?, ?> map) {
      map.forEach(
          (key, below) -> keys.addAll(keys(path.isEmpty() ? "" + key : path + "." + key, below)));
    } else if (value instanceof List<?> list && list.stream().anyMatch(Map.class::isInstance)) {
      list.forEach(element -> keys.addAll(keys(path + "[]", element)));
    } else {
      keys.add(path);
    }
    return keys;
  }
}
