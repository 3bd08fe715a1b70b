package io.taustream.pipeline.graph;

import io.taustream.pipeline.config.Location;
import io.taustream.pipeline.config.RunConfig;
import io.taustream.pipeline.config.TeacherConfig;
import io.taustream.pipeline.config.ViewConfig;
import io.taustream.pipeline.report.StageRecord;
import io.taustream.storage.label.LabelEncoding;
import io.taustream.storage.object.ObjectUri;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Makes the labels of several configurations, those that are the same only once. Blocking. */
final class SharedLabelling {
  private final String version;
  private final Progress progress;
  private final StopRequest stop;

  SharedLabelling(String version, Progress progress, StopRequest stop) {
    this.version = version;
    this.progress = progress;
    this.stop = stop;
  }

  /**
   * What labels follow from, and where they lie; configurations that agree in it share them.
   *
   * @param view with its seed
   */
  private record LabelKey(
      ObjectUri store,
      LabelEncoding encoding,
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
          config.labels().labelEncoding(),
          config.teachers().stream().map(LabelKey::name).toList(),
          data,
          config.view());
    }

    private static String name(TeacherConfig teacher) {
      return "%s %s %s %s"
          .formatted(
              teacher.name(),
              teacher.type(),
              teacher.model().map(Location::uri),
              teacher.options());
    }
  }

  /**
   * Makes what is missing. Ends early where the process is asked to stop.
   *
   * @param seed whose run folder takes the log of skipped samples
   * @return how fast the teacher was, by the configuration that had its labels made
   */
  Map<ComparedConfig, StageRecord> run(List<ComparedConfig> candidates, long seed) {
    Map<ComparedConfig, StageRecord> stages = new HashMap<>();
    Set<LabelKey> labelled = new HashSet<>();
    for (ComparedConfig candidate : candidates) {
      RunConfig run = candidate.withSeed(seed);
      if (!stop.stopRequested() && !run.teachers().isEmpty() && labelled.add(LabelKey.of(run))) {
        try (Resources resources = new Resources(run)) {
          Labelling.Summary done =
              new Labelling(run, WorkerPart.whole(), resources, version, progress, stop).run();
          teacherStage(done).ifPresent(stage -> stages.put(candidate, stage));
        }
      }
    }
    return stages;
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
}
