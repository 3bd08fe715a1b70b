package io.taustream.pipeline.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.stream.StreamSupport;

/** A {@link TinyRun} whose teachers appear while {@code label --watch} runs. */
final class WatchedRun {
  static final int SAMPLES = 120;

  private static final String TEACHERS =
      """
      teachers:
        - {name: tiny, model: teacher/tiny.onnx, batch: 16}
      """;
  private static final String SOFT_TERMS =
      """
        - {type: kl, weight: 0.9, temperature: 4}
        - {type: kendall, weight: {from: 0, to: 1, epochs: 1.5}, surrogate: tanh, pairing: sign}
        - {type: ctkd, weight: 0.5, lambda-epochs: 1.5}
      """;

  private WatchedRun() {}

  /** Without a teacher, and with test data enough to judge by. */
  static TinyRun withoutTeacher(TinyRun run, String prefix) {
    return withTeacher(run, prefix).edit(TEACHERS, "").edit(SOFT_TERMS, "");
  }

  /** With its own teacher, which lies elsewhere. */
  static TinyRun withTeacher(TinyRun run, String prefix) {
    TinyShards.write(run.data("test-0000.tar"), 1000, 2 * SAMPLES);
    return run.edit("device: cpu", "device: cpu\n" + section(prefix));
  }

  static String section(String prefix) {
    return "watch: {teachers: \"%s\", interval: 200ms, samples: %d}".formatted(prefix, SAMPLES);
  }

  /** A process that watches; its JSON comes at the end. */
  static ChildProcess start(TinyRun run, List<String> flags) {
    return ChildProcess.start(
        run.folder(), flags, run.withConfig("label", "CONFIG", "--watch", "--json"));
  }

  /** Waits for a line of the log that has all the parts. */
  static void awaitLine(ChildProcess child, String... parts) {
    child.await(
        () ->
            child
                .said()
                .lines()
                .anyMatch(line -> List.of(parts).stream().allMatch(line::contains)));
    assertThat(child.said().lines())
        .as(child.said())
        .anySatisfy(line -> assertThat(line).contains(parts));
  }

  /** Asks the process to stop; it does, with nothing leaked and nothing thrown away. */
  static JsonNode stop(ChildProcess child) {
    child.signal("TERM");
    Ended ended = child.end();
    assertThat(ended.status()).as(ended.err()).isEqualTo(143);
    assertThat(ended.err())
        .doesNotContain("this is a bug", "a bug, please", "Memory was leaked", "onErrorDropped");
    return ended.json();
  }

  /** What became of a model. */
  static JsonNode watched(JsonNode json, String file) {
    return StreamSupport.stream(json.get("watched").spliterator(), false)
        .filter(model -> model.get("model").asText().endsWith("/" + file))
        .findFirst()
        .orElseThrow(() -> new AssertionError(file + " is not in " + json));
  }
}
