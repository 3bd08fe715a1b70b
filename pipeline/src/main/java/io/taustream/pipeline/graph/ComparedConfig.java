package io.taustream.pipeline.graph;

import io.taustream.pipeline.config.RunConfig;

/**
 * A configuration that is compared with others.
 *
 * @param file the name of its file
 * @param text the file as written
 */
public record ComparedConfig(String file, String text, RunConfig config) {
  /** The same with a view seed, if it has none of its own. */
  ComparedConfig withViewSeed(long seed) {
    return config.view().seed().isPresent()
        ? this
        : new ComparedConfig(file, text, config.withViewSeed(seed));
  }

  /** One run of it: a name of its own, another seed, the same views. */
  RunConfig withSeed(long seed) {
    return config.withTrainingSeed(seed).withRun(config.run() + "-seed" + seed);
  }

  /** The file with a line above that says what a run of it differs in. */
  String text(RunConfig run) {
    return "# Compared with others: run: %s, seed: %d, view.seed: %d\n%s"
        .formatted(run.run(), run.seed(), run.viewSeed(), text);
  }
}
