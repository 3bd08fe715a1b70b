package io.taustream.pipeline.graph;

import io.taustream.pipeline.report.Comparison;
import io.taustream.pipeline.report.MetricRecord;
import io.taustream.pipeline.report.RunReport;
import io.taustream.pipeline.report.StageRecord;
import io.taustream.storage.TaustreamException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Trains several configurations with several seeds on the same stored labels: what {@code taustream
 * compare} and {@code taustream demo} do. Every run has a folder of its own, {@code
 * <work>/<run>-seed<seed>}; a run that is done is read again, one that was stopped goes on.
 * Blocking.
 */
public final class Comparing {
  private static final Logger LOG = LoggerFactory.getLogger(Comparing.class);

  private final List<ComparedConfig> candidates;
  private final List<Long> seeds;
  private final String version;
  private final Progress progress;
  private final StopRequest stop;

  /**
   * @param candidates the first one is what the others are measured against; its view seed is also
   *     that of those that have none
   * @param seeds that each of them is trained with
   */
  public Comparing(
      List<ComparedConfig> candidates,
      List<Long> seeds,
      String version,
      Progress progress,
      StopRequest stop) {
    long viewSeed = candidates.get(0).config().viewSeed();
    this.candidates =
        candidates.stream().map(candidate -> candidate.withViewSeed(viewSeed)).toList();
    this.seeds = List.copyOf(seeds);
    this.version = version;
    this.progress = progress;
    this.stop = stop;
  }

  /** Takes the results as far as they have come. */
  @FunctionalInterface
  public interface Watcher {
    /**
     * Called before the first run, and after each.
     *
     * @param runs how many have ended since {@link #run}; 0: what was found
     * @param soFar has the earlier results of runs that have not begun yet, too
     */
    void seen(int runs, Comparison soFar);
  }

  /**
   * How it ended.
   *
   * @param stopped whether it ended early, because the process was asked to stop
   * @param kept whether the run that it ended in, if it did in one, has written its checkpoint
   * @param cleared whether earlier results were removed
   */
  public record Outcome(Comparison comparison, boolean stopped, boolean kept, boolean cleared) {}

  /**
   * Makes the labels that are missing, then trains: all configurations with the first seed, all
   * with the next. A run that fails is remembered, and the others go on. Ends early where the
   * process is asked to stop.
   *
   * @param fresh removes what the runs have left, once all labels are there
   * @throws io.taustream.pipeline.config.ConfigurationException if the configurations cannot be
   *     compared
   * @throws RunHeldException if another process works on one of the runs
   * @throws TaustreamException if labels cannot be made, or test data has changed between runs
   */
  public Outcome run(boolean fresh, Watcher watcher) {
    Comparability.require(candidates);
    Results results = found();
    if (!fresh) {
      Comparability.requireSameSamples(results.comparison());
    }
    watcher.seen(0, results.comparison());
    Map<ComparedConfig, StageRecord> labelling =
        new SharedLabelling(version, progress, stop).run(candidates, seeds.get(0));
    if (!fresh) {
      return train(results, labelling, false, watcher);
    }
    if (stop.stopRequested()) {
      return new Outcome(results.comparison(), true, true, false);
    }
    new FreshStart(candidates, seeds).run();
    return train(new Results(), labelling, true, watcher);
  }

  private Results found() {
    Results results = new Results();
    FoundRuns folders = new FoundRuns(version);
    for (ComparedConfig candidate : candidates) {
      folders.of(candidate, seeds).forEach(run -> results.put(candidate, run));
    }
    return results;
  }

  private Outcome train(
      Results results,
      Map<ComparedConfig, StageRecord> labelling,
      boolean cleared,
      Watcher watcher) {
    int runs = 0;
    boolean kept = true;
    for (long seed : seeds) {
      for (ComparedConfig candidate : candidates) {
        if (stop.stopRequested()) {
          return new Outcome(results.comparison(), true, kept, cleared);
        }
        LOG.info(
            "Run {} of {}: {}, seed {}",
            ++runs,
            seeds.size() * candidates.size(),
            candidate.config().run(),
            seed);
        Comparison.SeedRun run = new SeedTraining(candidate, seed, version, progress, stop).run();
        results.put(candidate, withTeacher(run, labelling.remove(candidate)));
        kept = run.failure().isEmpty() || !stop.stopRequested();
        watcher.seen(runs, results.comparison());
        Comparability.requireSameSamples(results.comparison());
        if (run.report().state() == RunReport.State.STOPPED) {
          return new Outcome(results.comparison(), true, true, cleared);
        }
      }
    }
    return new Outcome(results.comparison(), false, true, cleared);
  }

  /** The first run of the configuration that had its labels made tells how fast that was. */
  private static Comparison.SeedRun withTeacher(Comparison.SeedRun run, StageRecord stage) {
    if (stage == null) {
      return run;
    }
    List<MetricRecord> metrics = new ArrayList<>(List.of(stage));
    metrics.addAll(run.report().metrics());
    return new Comparison.SeedRun(
        run.seed(), run.folder(), run.report().withMetrics(metrics), run.failure());
  }

  /** The newest that is known of each run. */
  private final class Results {
    private final Map<ComparedConfig, Map<Long, Comparison.SeedRun>> runs = new HashMap<>();

    void put(ComparedConfig candidate, Comparison.SeedRun run) {
      runs.computeIfAbsent(candidate, first -> new HashMap<>()).put(run.seed(), run);
    }

    Comparison comparison() {
      return new Comparison(seeds, candidates.stream().map(this::candidate).toList());
    }

    private Comparison.Candidate candidate(ComparedConfig candidate) {
      Map<Long, Comparison.SeedRun> bySeed = runs.getOrDefault(candidate, Map.of());
      return new Comparison.Candidate(
          candidate.config().run(),
          candidate.file(),
          candidate.config().recipe(),
          candidate.text(),
          seeds.stream().map(bySeed::get).filter(Objects::nonNull).toList());
    }
  }
}
