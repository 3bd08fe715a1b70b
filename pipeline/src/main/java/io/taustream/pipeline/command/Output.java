package io.taustream.pipeline.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * How a command tells its result: plain text, or with {@code --json} one JSON object on standard
 * output and nothing else there.
 */
final class Output {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  @Option(
      names = "--json",
      description = "Print one JSON object on standard output when done, and nothing else there.")
  private boolean json;

  /**
   * Prints the result.
   *
   * @param result what {@code --json} prints; numbers that are not finite become null
   * @param text what is printed without it
   */
  void print(Map<String, ?> result, String text) {
    PrintWriter out = command.commandLine().getOut();
    if (json) {
      try {
        out.println(JSON.writeValueAsString(result));
      } catch (JsonProcessingException e) {
        throw new IllegalStateException("a result is no JSON", e);
      }
    } else {
      out.println(text.stripTrailing());
    }
    out.flush();
  }
}
