package io.taustream.pipeline.command;

import io.taustream.pipeline.config.Location;
import io.taustream.pipeline.config.RunConfig;
import io.taustream.pipeline.graph.ComparedConfig;
import io.taustream.pipeline.graph.StopRequest;
import io.taustream.storage.TaustreamException;
import io.taustream.storage.object.ObjectUri;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code taustream demo}: a comparison with one seed of the configurations that come with it. */
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    description =
        "Labels the bundled sample and trains three students on it: alone, with KL, with KL and"
            + " Kendall-τ. Ends with a table and a report.")
final class DemoCommand implements Callable<Integer> {
  private static final List<String> RUNS = List.of("alone", "kl", "kl-kendall");

  private final StopRequest stop;

  @Mixin private StartOptions start;
  @Mixin private Output output;

  @Option(
      names = "--work",
      defaultValue = "work/demo",
      paramLabel = "FOLDER",
      description = "Where results go; ${DEFAULT-VALUE} if not given.")
  private Path work;

  DemoCommand(StopRequest stop) {
    this.stop = stop;
  }

  @Override
  public Integer call() {
    List<ComparedConfig> candidates = RUNS.stream().map(this::candidate).toList();
    return new ComparisonRun(
            candidates,
            List.of(candidates.get(0).config().seed()),
            "Taustream demo: Fashion-MNIST",
            Optional.of(ObjectUri.ofFile(work.resolve("report.html"))),
            stop)
        .run(start.fresh(), true, output);
  }

  private ComparedConfig candidate(String name) {
    Path file = samples().resolve("demo-" + name + ".yaml");
    RunConfig config =
        RunConfig.read(file).withWork(new Location(work.toAbsolutePath().toString(), work));
    return new ComparedConfig(file.toString(), ConfigFile.text(file), config);
  }

  private static Path samples() {
    String home = System.getProperty("taustream.home");
    if (home == null) {
      throw new TaustreamException(
          "the bundled sample is found through the launcher; start the demo with ./taustream demo");
    }
    return Path.of(home, "samples", "fashion-mnist");
  }
}
