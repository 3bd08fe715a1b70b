package io.taustream.pipeline.command;

import io.taustream.pipeline.config.RunConfig;
import io.taustream.pipeline.graph.Labelling;
import io.taustream.pipeline.graph.LiveLabelling;
import io.taustream.pipeline.graph.Resources;
import io.taustream.pipeline.graph.StopRequest;
import io.taustream.pipeline.graph.WorkerPart;
import io.taustream.storage.TaustreamException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code taustream label}. */
@Command(
    name = "label",
    mixinStandardHelpOptions = true,
    description = {
      "Lets the teachers label every shard that has no labels yet.",
      "With --worker only a part of the shards, so that several processes, on one machine or on"
          + " several, share the work without knowing of each other. One that was stopped or killed"
          + " goes on with the same command, anywhere.",
      "With --watch it goes on, and takes up teachers that appear in the configuration's"
          + " watch.teachers, until it is stopped."
    })
final class LabelCommand implements Callable<Integer> {
  private final StopRequest stop;

  @Spec private CommandSpec command;
  @Mixin private ConfigFile config;
  @Mixin private Output output;

  @Option(
      names = "--worker",
      paramLabel = "I/N",
      description =
          "Label the part of worker I of N, counted from 1: 1/4, 2/4, 3/4 and 4/4 make up all shards.")
  private String worker;

  @Option(
      names = "--watch",
      description =
          "Go on and label with every model that appears in watch.teachers and stands the test, until"
              + " SIGTERM or SIGINT.")
  private boolean watch;

  LabelCommand(StopRequest stop) {
    this.stop = stop;
  }

  @Override
  public Integer call() {
    WorkerPart part = part();
    RunConfig run = config.read();
    try (Resources resources = new Resources(run)) {
      String version = VersionProvider.version();
      ConsoleProgress progress = ConsoleProgress.create();
      if (watch) {
        LiveLabelling.Summary summary =
            new LiveLabelling(run, part, resources, version, progress, stop).run();
        output.print(WatchResults.json(summary), WatchResults.text(summary));
      } else {
        Labelling.Summary summary =
            new Labelling(run, part, resources, version, progress, stop).run();
        output.print(Results.json(summary), Results.text(summary));
      }
    }
    return ExitStatus.DONE;
  }

  private WorkerPart part() {
    try {
      return worker == null ? WorkerPart.whole() : WorkerPart.parse(worker);
    } catch (TaustreamException e) {
      throw new ParameterException(command.commandLine(), "--worker: " + e.getMessage(), e);
    }
  }
}
