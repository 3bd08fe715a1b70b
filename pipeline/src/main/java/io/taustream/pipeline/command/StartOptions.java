package io.taustream.pipeline.command;

import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** Whether a run goes on or begins anew. */
final class StartOptions {
  @ArgGroup private Choice choice = new Choice();

  /** At most one of both. */
  private static final class Choice {
    @Option(names = "--resume", description = "Go on from the last checkpoint: the default.")
    @SuppressWarnings("UnusedVariable") // may be said, and changes nothing
    private boolean resume;

    @Option(names = "--fresh", description = "Remove what the run has left and start over.")
    private boolean fresh;
  }

  boolean fresh() {
    return choice.fresh;
  }
}
