package io.taustream.benchmarks;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command {@code benchmarks/run}; docs/benchmarks.md says what each benchmark means. */
@Command(
    name = "benchmarks/run",
    description = "Measures Taustream against bare loops over the same libraries.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "BENCHMARK",
    subcommands = {
      LabellingBenchmark.class,
      TrainingBenchmark.class,
      DecodingBenchmark.class,
      MemoryBenchmark.class,
      KendallBenchmark.class,
      LabelSizesBenchmark.class,
      LabelReadBenchmark.class
    })
final class Benchmarks {
  private Benchmarks() {}

  public static void main(String[] arguments) {
    CommandLine line = new CommandLine(new Benchmarks());
    line.setOut(new PrintWriter(System.out, true, StandardCharsets.UTF_8));
    System.exit(line.execute(arguments));
  }
}
