package io.taustream.pipeline.command;

import io.taustream.pipeline.config.Location;
import io.taustream.pipeline.config.RunConfig;
import io.taustream.pipeline.graph.ComparedConfig;
import io.taustream.pipeline.graph.StopRequest;
import io.taustream.storage.TaustreamException;
import io.taustream.storage.object.ObjectUri;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code taustream compare}. */
@Command(
    name = "compare",
    mixinStandardHelpOptions = true,
    description = {
      "Trains several configurations with several seeds on the same stored labels. Ends with a"
          + " Markdown table and a report; differences are to the first configuration, seed by seed.",
      "Labels that are missing are made first. Then all configurations are trained with the first"
          + " seed, all with the next, and so on, each in <work>/<run>-seed<seed>; the report is"
          + " written after every run. What is done is not done again, what was stopped goes on. A"
          + " seed changes initial parameters and the order of samples, never the views: labels stay"
          + " true. Configurations without a view.seed have the first one's, or its seed.",
      "--fresh removes what all the runs have left once the labels are there; it is refused where"
          + " another process works on one of them. If stopped by then, go on without it.",
      "Exit status: 0, or 1 where a run has failed; 143 or 130 where a signal stopped it behind a"
          + " checkpoint, whether or not an earlier run had failed."
    })
final class CompareCommand implements Callable<Integer> {
  private static final int SEEDS = 3;

  private final StopRequest stop;

  @Spec private CommandSpec command;
  @Mixin private StartOptions start;
  @Mixin private Output output;

  @Parameters(
      arity = "1..*",
      paramLabel = "CONFIG",
      description = "Configurations, YAML: of the same classes and test data.")
  private List<Path> files;

  @Option(
      names = "--seeds",
      split = ",",
      paramLabel = "SEED",
      description =
          "The seeds, such as 7,8,9. If not given: three, beginning with the configurations' own.")
  private List<Long> seeds;

  @Option(
      names = "--output",
      paramLabel = "FILE",
      description =
          "The report: a path, or s3://bucket/key. If not given: compare-<first run>-<8 digits>.html in the first"
              + " configuration's work, the digits a hash over all runs' folders.")
  private String report;

  CompareCommand(StopRequest stop) {
    this.stop = stop;
  }

  @Override
  public Integer call() {
    List<ComparedConfig> candidates =
        files.stream()
            .map(
                file ->
                    new ComparedConfig(
                        file.toString(), ConfigFile.text(file), RunConfig.read(file)))
            .toList();
    String title =
        candidates.stream()
            .map(candidate -> candidate.config().run())
            .collect(Collectors.joining(", "));
    return new ComparisonRun(candidates, seeds(candidates), title, report(), stop)
        .run(start.fresh(), false, output);
  }

  private Optional<ObjectUri> report() {
    try {
      return Optional.ofNullable(report).map(text -> new Location(text, Path.of("")).uri());
    } catch (TaustreamException e) {
      throw wrong("--output: " + e.getMessage());
    }
  }

  private List<Long> seeds(List<ComparedConfig> candidates) {
    if (seeds != null) {
      if (new HashSet<>(seeds).size() < seeds.size()) {
        throw wrong("--seeds: found " + join(seeds) + "; each seed once is allowed");
      }
      return seeds;
    }
    long first = candidates.get(0).config().seed();
    for (ComparedConfig candidate : candidates) {
      if (candidate.config().seed() != first) {
        throw wrong(
            "%s has seed %d, %s has seed %d; give --seeds to train both with the same, such as --seeds %s"
                .formatted(
                    candidates.get(0).file(),
                    first,
                    candidate.file(),
                    candidate.config().seed(),
                    join(from(first))));
      }
    }
    return from(first);
  }

  private static List<Long> from(long first) {
    return LongStream.range(0, SEEDS).mapToObj(i -> first + i).toList();
  }

  private static String join(List<Long> seeds) {
    return seeds.stream().map(String::valueOf).collect(Collectors.joining(","));
  }

  private ParameterException wrong(String message) {
    return new ParameterException(command.commandLine(), message);
  }
}
