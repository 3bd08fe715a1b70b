package io.taustream.pipeline.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Several teachers with labels that have no mean: each view has the labels of one of them. */
class ByViewRunTest {
  private static final String FIRST = "  - {name: tiny, model: teacher/tiny.onnx, batch: 16}\n";
  private static final String SECOND = FIRST.replace("tiny", "other");
  private static final String SAME = FIRST.replace("name: tiny", "name: same");
  private static final String ONLY_FOR_TOP_K =
      """
        - {type: kendall, weight: {from: 0, to: 1, epochs: 1.5}, surrogate: tanh, pairing: sign}
        - {type: ctkd, weight: 0.5, lambda-epochs: 1.5}
      """;

  @TempDir Path folder;

  private TinyRun run(String name, String encoding, String teachers) {
    TinyRun run = TinyRun.in(folder.resolve(name));
    run.teacher("other", TinyShards.CLASSES, 12);
    run.edit("labels: {store: ./work/labels}", "labels: {encoding: " + encoding + "}");
    if (encoding.startsWith("sampled")) {
      run.edit(ONLY_FOR_TOP_K, "");
    }
    boolean alone = teachers.equals(FIRST);
    return run.edit(FIRST, teachers + (alone ? "" : "ensemble: {teachers: by-view}\n"));
  }

  private static void oneEpoch(TinyRun run) {
    run.edit("  epochs: 2\n", "  epochs: 1\n").edit("warmup-epochs: 1", "warmup-epochs: 0.5");
  }

  @ParameterizedTest
  @ValueSource(strings = {"top-k, k: 1", "sampled, n: 2"})
  void theFirstViewHasTheFirstTeachersLabels(String encoding) {
    TinyRun both = run("both", encoding, FIRST + SECOND);
    TinyRun first = run("first", encoding, FIRST);
    oneEpoch(both);
    oneEpoch(first);

    JsonNode trained = both.command("run", "CONFIG", "--json").isDone().json();
    JsonNode alone = first.command("run", "CONFIG", "--json").isDone().json();

    assertThat(both.student()).isEqualTo(first.student());
    // Test images have the first teacher's label, as view 0 has.
    assertThat(trained.get("teacher")).isEqualTo(alone.get("teacher"));
    assertThat(trained.get("student")).isEqualTo(alone.get("student"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"top-k, k: 1", "sampled, n: 2"})
  void theSecondViewHasTheSecondTeachersLabels(String encoding) {
    TinyRun both = run("both", encoding, FIRST + SECOND);
    TinyRun same = run("same", encoding, FIRST + SAME);
    TinyRun first = run("first", encoding, FIRST);

    both.command("label", "CONFIG").isDone();
    both.command("labels", "verify", "CONFIG", "--recompute", "20").isDone();
    Ended ended = both.command("train", "CONFIG").isDone();
    same.command("run", "CONFIG").isDone();
    first.command("run", "CONFIG").isDone();

    assertThat(ended.err()).contains("has no mean of several teachers", "the first, tiny, alone");
    // The second of the same has the first's labels, draws included, under another name.
    assertThat(same.student()).isEqualTo(first.student());
    assertThat(both.student()).isNotEqualTo(first.student());
    assertThat(both.labelFiles()).containsAllEntriesOf(first.labelFiles());
  }

  @Test
  void aMeanOfSampledLabelsIsRefused() {
    run("mean", "sampled, n: 2", FIRST + SECOND)
        .edit("{teachers: by-view}", "{average: probabilities}")
        .command("label", "CONFIG")
        .failed(2, "labels.encoding", "sampled with 2 teachers", "have no mean", "by-view");
  }
}
