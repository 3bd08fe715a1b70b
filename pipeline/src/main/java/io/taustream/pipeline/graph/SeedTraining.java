package io.taustream.pipeline.graph;

import io.taustream.pipeline.config.RunConfig;
import io.taustream.pipeline.report.Comparison;
import io.taustream.pipeline.report.RunReport;
import io.taustream.storage.TaustreamException;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Trains one configuration with one seed, once. Blocking. */
final class SeedTraining {
  private static final Logger LOG = LoggerFactory.getLogger(SeedTraining.class);

  private final RunConfig config;
  private final String configText;
  private final String version;
  private final Progress progress;
  private final StopRequest stop;

  /** What a run that fails has left. */
  private RunReport left;

  SeedTraining(
      ComparedConfig candidate, long seed, String version, Progress progress, StopRequest stop) {
    this.config = candidate.withSeed(seed);
    this.configText = candidate.text(config);
    this.version = version;
    this.progress = progress;
    this.stop = stop;
    this.left = RunReports.of(config, configText, RunReport.State.FAILED, List.of(), List.of());
  }

  /**
   * Trains from the last checkpoint on. A failure, a bug too, is part of the result: the runs of
   * days are not given up for it.
   *
   * @throws RunHeldException if another process works on the run
   */
  Comparison.SeedRun run() {
    try {
      return result(train(), Optional.empty());
    } catch (RunHeldException e) {
      throw e;
    } catch (TaustreamException e) {
      LOG.error("{} failed: {}", config.run(), e.getMessage());
      return result(left, Optional.of(e.getMessage()));
    } catch (RuntimeException e) {
      LOG.error("{} failed; please report this bug", config.run(), e);
      return result(left, Optional.of("a bug: " + e));
    }
  }

  private Comparison.SeedRun result(RunReport report, Optional<String> failure) {
    return new Comparison.SeedRun(config.seed(), config.folder().toString(), report, failure);
  }

  private RunReport train() {
    try (Resources resources = new Resources(config)) {
      Training training = new Training(config, configText, resources, version, progress, stop);
      try {
        Training.Summary done = training.run(false, false);
        RunReport.State state = done.finished() ? RunReport.State.DONE : RunReport.State.STOPPED;
        return RunReports.of(done.folder(), config, configText, state);
      } catch (RuntimeException e) {
        // Before, the folder may hold the lines of another configuration.
        if (training.metricsAreItsOwn()) {
          RunFolder folder = RunFolder.of(config, resources);
          left = RunReports.of(folder, config, configText, RunReport.State.FAILED);
        }
        throw e;
      }
    }
  }
}
