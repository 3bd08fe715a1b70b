package io.taustream.pipeline.command;

import io.taustream.pipeline.config.RunConfig;
import io.taustream.pipeline.graph.Evaluating;
import io.taustream.pipeline.graph.Resources;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code taustream eval}. */
@Command(
    name = "eval",
    mixinStandardHelpOptions = true,
    description = "Evaluates the student's last checkpoint on the test data.")
final class EvalCommand implements Callable<Integer> {
  @Mixin private ConfigFile config;
  @Mixin private Output output;

  @Override
  public Integer call() {
    RunConfig run = config.read();
    try (Resources resources = new Resources(run)) {
      Evaluating.Summary summary =
          new Evaluating(run, resources, VersionProvider.version()).evaluate();
      output.print(Results.json(summary), Results.text(summary));
    }
    return ExitStatus.DONE;
  }
}
