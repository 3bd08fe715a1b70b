package io.taustream.pipeline.command;

import io.taustream.pipeline.graph.StopRequest;
import io.taustream.pipeline.graph.Training;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code taustream run}. */
@Command(
    name = "run",
    mixinStandardHelpOptions = true,
    description = "Labels and trains at once; goes on where it was stopped.")
final class RunCommand implements Callable<Integer> {
  private final StopRequest stop;

  @Mixin private TrainingOptions options;
  @Mixin private Output output;

  RunCommand(StopRequest stop) {
    this.stop = stop;
  }

  @Override
  public Integer call() {
    Training.Summary summary = options.train(true, stop);
    output.print(Results.json(summary), Results.text(summary));
    return ExitStatus.DONE;
  }
}
