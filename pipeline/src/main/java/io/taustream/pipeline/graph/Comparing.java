package io.taustream.pipeline.graph;

import io.taustream.pipeline.config.Location;
import io.taustream.pipeline.config.RunConfig;
import io.taustream.pipeline.config.TeacherConfig;
import io.taustream.pipeline.config.ViewConfig;
import io.taustream.pipeline.report.Comparison;
import io.taustream.pipeline.report.MetricRecord;
import io.taustream.pipeline.report.RunReport;
import io.taustream.pipeline.report.StageRecord;
import io.taustream.storage.TaustreamException;
import io.taustream.storage.object.ObjectUri;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
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
  private final Map<ComparedConfig, List<Comparison.SeedRun>> runs = new LinkedHashMap<>();
  private final Map<ComparedConfig, StageRecord> labelling = new HashMap<>();

  /**
   * @param candidates the first one is what the others are measured against
   * @param seeds that each of them is trained with
   */
  public Comparing(
      List<ComparedConfig> candidates,
      List<Long> seeds,
      String version,
      Progress progress,
      StopRequest stop) {
    this.candidates = List.copyOf(candidates);
    this.seeds = List.copyOf(seeds);
    this.version = version;
    this.progress = progress;
    this.stop = stop;
    candidates.forEach(candidate -> runs.put(candidate, new ArrayList<>()));
  }

  /**
   * Makes the labels that are missing, then trains: all configurations with the first seed, all
   * with the next. A run that fails is remembered, and the others go on. Ends early where the
   * process is asked to stop.
   *
   * @param fresh starts every run over
   * @param soFar takes the results after each run
   * @throws io.taustream.pipeline.config.ConfigurationException if the configurations cannot be
   *     compared
   * @throws TaustreamException if labels cannot be made
   */
  public Comparison run(boolean fresh, Consumer<Comparison> soFar) {
    Comparability.require(candidates);
    label();
    int number = 0;
    for (long seed : seeds) {
      for (ComparedConfig candidate : candidates) {
        if (stop.stopRequested()) {
          return comparison();
        }
        LOG.info(
            "Run {} of {}: {}, seed {}",
            ++number,
            seeds.size() * candidates.size(),
            candidate.config().run(),
            seed);
        runs.get(candidate).add(train(candidate, seed, fresh));
        soFar.accept(comparison());
      }
    }
    return comparison();
  }

  private Comparison comparison() {
    return new Comparison(
        seeds,
        runs.entrySet().stream()
            .map(
                entry ->
                    new Comparison.Candidate(
                        entry.getKey().config().run(),
                        entry.getKey().file(),
                        entry.getKey().config().recipe(),
                        entry.getKey().text(),
                        entry.getValue()))
            .toList());
  }

  /**
   * What labels follow from, and where they lie; configurations that agree in it share them.
   *
   * @param view with its seed
   */
  private record LabelKey(
      ObjectUri store,
      String encoding,
      int k,
      List<String> teachers,
      List<String> data,
      ViewConfig view) {
    static LabelKey of(RunConfig config) {
      List<String> data = new ArrayList<>();
      for (Location location : config.data().train()) {
        data.add(location.base() + " " + location.text());
      }
      for (Location location : config.data().test()) {
        data.add(location.base() + " " + location.text());
      }
      return new LabelKey(
          config.labelStore().uri(),
          config.labels().encoding(),
          config.labels().k().orElse(0),
          config.teachers().stream().map(LabelKey::name).toList(),
          data,
          config.view());
    }

    private static String name(TeacherConfig teacher) {
      return teacher.name() + " " + teacher.model().uri();
    }
  }

  private void label() {
    Set<LabelKey> labelled = new HashSet<>();
    for (ComparedConfig candidate : candidates) {
      RunConfig first = candidate.withSeed(seeds.get(0));
      if (!stop.stopRequested()
          && !first.teachers().isEmpty()
          && labelled.add(LabelKey.of(first))) {
        try (Resources resources = new Resources(first)) {
          Labelling.Summary done = new Labelling(first, resources, version, progress, stop).run();
          teacherStage(done).ifPresent(stage -> labelling.put(candidate, stage));
        }
      }
    }
  }

  /** How fast the teacher was; absent where all labels were there. */
  private static Optional<StageRecord> teacherStage(Labelling.Summary done) {
    return done.stages().stream()
        .filter(stage -> stage.stage().equals("teacher") && stage.images() > 0)
        .findFirst()
        .map(
            stage ->
                new StageRecord(
                    0,
                    0,
                    stage.stage(),
                    stage.images() / done.seconds(),
                    stage.busyShare(Math.round(done.seconds() * 1e9))));
  }

  private Comparison.SeedRun train(ComparedConfig candidate, long seed, boolean fresh) {
    RunConfig config = candidate.withSeed(seed);
    String text = candidate.text(config);
    try (Resources resources = new Resources(config)) {
      RunReport.State state;
      Optional<String> failure = Optional.empty();
      try {
        Training.Summary done =
            new Training(config, text, resources, version, progress, stop).run(false, fresh);
        state = done.finished() ? RunReport.State.DONE : RunReport.State.STOPPED;
      } catch (TaustreamException e) {
        LOG.error("{} failed: {}", config.run(), e.getMessage());
        state = RunReport.State.FAILED;
        failure = Optional.of(e.getMessage());
      } catch (RuntimeException e) {
        // A bug, but the runs of days are not given up for it.
        LOG.error("{} failed; please report this bug", config.run(), e);
        state = RunReport.State.FAILED;
        failure = Optional.of("a bug: " + e);
      }
      RunFolder folder = RunFolder.of(config, resources);
      return new Comparison.SeedRun(
          seed,
          folder.uri().toString(),
          withTeacher(candidate, RunReports.of(folder, config, text, state)),
          failure);
    }
  }

  /** The first run of the configuration that had its labels made tells how fast that was. */
  private RunReport withTeacher(ComparedConfig candidate, RunReport report) {
    StageRecord stage = labelling.remove(candidate);
    if (stage == null) {
      return report;
    }
    List<MetricRecord> metrics = new ArrayList<>(List.of(stage));
    metrics.addAll(report.metrics());
    return report.withMetrics(metrics);
  }
}
