package io.taustream.benchmarks;

import io.taustream.benchmarks.Contest.Outcome;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Locale;
import picocli.CommandLine.Option;

/** What the contests have in common: their options and the row that each of them prints. */
final class ContestOptions {
  private static final String HEAD =
      """
      | benchmark | processor time | wall | busy | µs an image, processor: Taustream | bare | images | rounds | load | date |
      | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
      """;

  @Option(
      names = "--shared",
      defaultValue = "../shared",
      description = "Folder with data/cifar10 and teachers (default: ${DEFAULT-VALUE}).")
  private Path shared;

  @Option(
      names = "--rounds",
      defaultValue = "7",
      description = "Rounds that count (default: ${DEFAULT-VALUE}).")
  private int rounds;

  @Option(
      names = "--warm-up",
      defaultValue = "3",
      description = "Rounds before those (default: ${DEFAULT-VALUE}).")
  private int warmUp;

  @Option(
      names = "--threads",
      defaultValue = "0",
      description = "Threads of ONNX Runtime or libtorch, on both sides (default: the cores).")
  private int threads;

  /** The shared folder. */
  Path shared() {
    return shared;
  }

  /** Threads that one operator may use, on both sides. */
  int threads() {
    return threads > 0 ? threads : Runtime.getRuntime().availableProcessors();
  }

  /** Holds a contest and prints its row, ready to be pasted into docs/benchmarks.md. */
  void hold(Contest contest, PrintWriter out) throws Exception {
    double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
    Outcome outcome = contest.hold(warmUp, rounds);
    out.print(HEAD);
    out.println(
        String.format(
            Locale.ROOT,
            "| %s | %s | %s | %s | %.1f | %.1f | %d | %d | %.1f | %s |",
            outcome.name(),
            outcome.ratio(Cost::processor),
            outcome.ratio(Cost::wall),
            outcome.ratio(Cost::busy),
            outcome.microsecondsAnImage(round -> round.taustream().processor()),
            outcome.microsecondsAnImage(round -> round.bare().processor()),
            outcome.images(),
            rounds,
            load,
            LocalDate.now(ZoneOffset.UTC)));
    out.flush();
  }
}
