package io.taustream.pipeline.command;

import io.taustream.pipeline.config.RunConfig;
import io.taustream.pipeline.graph.Resources;
import io.taustream.pipeline.graph.StopRequest;
import io.taustream.pipeline.graph.Training;
import picocli.CommandLine.Mixin;

/** What the commands that train a student are given, and the training itself. */
final class TrainingOptions {
  @Mixin private ConfigFile config;
  @Mixin private StartOptions start;

  /**
   * Trains.
   *
   * @param labelling labels what has no labels yet while the student trains
   */
  Training.Summary train(boolean labelling, StopRequest stop) {
    RunConfig run = config.read();
    try (Resources resources = new Resources(run)) {
      return new Training(
              run,
              config.text(),
              resources,
              VersionProvider.version(),
              ConsoleProgress.create(),
              stop)
          .run(labelling, start.fresh());
    }
  }
}
