package io.taustream.pipeline.command;

import io.taustream.pipeline.graph.StopRequest;
import io.taustream.pipeline.graph.Training;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code taustream train}. */
@Command(
    name = "train",
    mixinStandardHelpOptions = true,
    description = "Trains the student from stored labels; goes on where it was stopped.")
final class TrainCommand implements Callable<Integer> {
  private final StopRequest stop;

  @Mixin private TrainingOptions options;
  @Mixin private Output output;

  TrainCommand(StopRequest stop) {
    this.stop = stop;
  }

  @Override
  public Integer call() {
    Training.Summary summary = options.train(false, stop);
    output.print(Results.json(summary), Results.text(summary));
    return ExitStatus.DONE;
  }
}
