package io.taustream.pipeline.command;

import io.taustream.pipeline.config.RunConfig;
import io.taustream.pipeline.graph.Labelling;
import io.taustream.pipeline.graph.Resources;
import io.taustream.pipeline.graph.StopRequest;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code taustream label}. */
@Command(
    name = "label",
    mixinStandardHelpOptions = true,
    description = "Lets the teachers label every shard that has no labels yet.")
final class LabelCommand implements Callable<Integer> {
  private final StopRequest stop;

  @Mixin private ConfigFile config;
  @Mixin private Output output;

  LabelCommand(StopRequest stop) {
    this.stop = stop;
  }

  @Override
  public Integer call() {
    RunConfig run = config.read();
    try (Resources resources = new Resources(run)) {
      Labelling.Summary summary =
          new Labelling(run, resources, VersionProvider.version(), ConsoleProgress.create(), stop)
              .run();
      output.print(Results.json(summary), Results.text(summary));
    }
    return ExitStatus.DONE;
  }
}
