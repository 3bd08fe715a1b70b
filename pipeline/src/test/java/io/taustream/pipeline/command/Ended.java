package io.taustream.pipeline.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * How a command ended.
 *
 * @param out standard output
 * @param err standard error: log and failure
 */
record Ended(int status, String out, String err) {
  /** A trailing second object would otherwise go unseen. */
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  /** Runs a command line in this process; memory that it leaks fails the test. */
  static Ended of(String... words) {
    PrintStream outBefore = System.out;
    PrintStream errBefore = System.err;
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
    System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
    int status;
    try {
      status = TaustreamCommand.execute(words);
    } finally {
      System.setOut(outBefore);
      System.setErr(errBefore);
    }
    Ended ended =
        new Ended(
            status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    assertThat(ended.err()).doesNotContain("this is a bug", "Memory was leaked");
    return ended;
  }

  Ended isDone() {
    assertThat(status).as("status, with standard error:\n%s", err).isZero();
    return this;
  }

  /** The command failed with this status and exactly one line, which has all the parts. */
  void failed(int expected, String... parts) {
    assertThat(status).as("status, with standard error:\n%s", err).isEqualTo(expected);
    List<String> lines = err.lines().filter(line -> line.startsWith("taustream: ")).toList();
    assertThat(lines).as(err).hasSize(1);
    assertThat(lines.get(0)).contains(parts);
    assertThat(err.lines().reduce((earlier, later) -> later)).contains(lines.get(0));
    assertThat(err).doesNotContain("\tat ");
    assertThat(out).isEmpty();
  }

  /** What {@code --json} printed: one object in one line. */
  JsonNode json() {
    assertThat(out.lines()).hasSize(1);
    try {
      JsonNode json = JSON.readTree(out);
      assertThat(json.isObject()).isTrue();
      return json;
    } catch (JsonProcessingException e) {
      throw new AssertionError("no JSON: " + out, e);
    }
  }
}
