package io.taustream.pipeline.graph;

import io.taustream.ingest.batch.SkippedSamples;
import io.taustream.ingest.format.Dataset;
import io.taustream.ingest.view.ViewSpec;
import io.taustream.pipeline.config.ConfigurationException;
import io.taustream.pipeline.config.RunConfig;
import io.taustream.pipeline.report.SkippedLog;
import io.taustream.storage.label.SoftLabelStore;
import io.taustream.student.evaluate.Evaluation;
import io.taustream.teacher.Teacher;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Schedulers;

/** Labels every shard that has no labels yet: what {@code taustream label} does. Blocking. */
public final class Labelling {
  private final RunConfig config;
  private final Resources resources;
  private final String version;
  private final Progress progress;
  private final StopRequest stop;

  public Labelling(
      RunConfig config, Resources resources, String version, Progress progress, StopRequest stop) {
    this.config = config;
    this.resources = resources;
    this.version = version;
    this.progress = progress;
    this.stop = stop;
  }

  /**
   * What was done for one teacher.
   *
   * @param device that it ran on
   * @param shards in all, of training and test data
   * @param made shards labelled now
   * @param rows in the label files of all shards
   * @param test how good the teacher is on the test data; absent where there is none or none of it
   *     has been labelled yet
   */
  public record TeacherSummary(
      String teacher, String device, int shards, int made, long rows, Optional<Evaluation> test) {}

  /**
   * What was done.
   *
   * @param finished whether every shard has labels; else the process was asked to stop
   * @param seconds by the clock
   * @param skipped samples that could not be decoded
   * @param stages what each stage did
   */
  public record Summary(
      boolean finished,
      double seconds,
      long skipped,
      List<TeacherSummary> teachers,
      List<StageMeter.Reading> stages) {}

  /**
   * Labels.
   *
   * @throws ConfigurationException if the configuration names no teacher
   */
  public Summary run() {
    if (config.teachers().isEmpty()) {
      throw new ConfigurationException(
          "teachers: there is none to label with; add one, such as {name: resnet56, model: resnet56.onnx}");
    }
    long begun = System.nanoTime();
    RunFolder folder = RunFolder.of(config, resources);
    DataSources data = DataSources.open(config.data(), resources.objects());
    List<TeacherSummary> summaries = new ArrayList<>();
    long skippedCount;
    folder.fetch(RunFolder.SKIPPED);
    try (SkippedLog log = SkippedLog.open(folder.file(RunFolder.SKIPPED))) {
      List<TeacherSlot> slots = TeacherSlot.all(config, resources, version);
      try {
        for (TeacherSlot slot : slots) {
          label(slot, data, folder, log).ifPresent(summaries::add);
        }
      } finally {
        slots.forEach(TeacherSlot::close);
      }
      skippedCount = log.size();
    }
    return new Summary(
        summaries.size() == config.teachers().size(),
        (System.nanoTime() - begun) / 1e9,
        skippedCount,
        summaries,
        resources.readings());
  }

  /** Absent where the process was asked to stop. */
  private Optional<TeacherSummary> label(
      TeacherSlot slot, DataSources data, RunFolder folder, SkippedLog log) {
    try (Teacher teacher = TeacherSlot.open(slot.config(), config, resources)) {
      ViewSpec trainView = TeacherSlot.trainView(config);
      ViewSpec testView = ViewSpec.plain(config.view().size());
      List<ShardLabelling.Labelled> done = new ArrayList<>();
      done.addAll(
          label(slot, teacher, data.train(), trainView, slot.train(), "train", folder, log));
      if (data.test().isPresent()) {
        done.addAll(
            label(slot, teacher, data.test().get(), testView, slot.test(), "test", folder, log));
      }
      return Optional.of(
          new TeacherSummary(
              slot.identity().id(),
              teacher.device(),
              done.size(),
              (int) done.stream().filter(ShardLabelling.Labelled::made).count(),
              done.stream().mapToLong(ShardLabelling.Labelled::rows).sum(),
              TestSetFactory.evaluateTeacher(config, data, List.of(slot))));
    } catch (StoppedException e) {
      return Optional.empty();
    }
  }

  private List<ShardLabelling.Labelled> label(
      TeacherSlot slot,
      Teacher teacher,
      Dataset dataset,
      ViewSpec view,
      SoftLabelStore store,
      String part,
      RunFolder folder,
      SkippedLog log) {
    store.refresh().block();
    SkippedSamples skipped = SkippedListing.into(log, config);
    ShardLabelling labelling =
        new ShardLabelling(
            dataset,
            view,
            teacher,
            store,
            resources.images(),
            skipped,
            slot.config().batch(),
            resources.workers(),
            stop);
    String what = "%s: %s labels".formatted(slot.identity().name(), part);
    long images = SampleEstimate.of(dataset).block() * view.count();
    List<ShardLabelling.Labelled> done;
    try {
      done =
          Flux.using(
                  () -> progress.begin(what, images),
                  task ->
                      Flux.fromIterable(dataset.shards())
                          .concatMap(shard -> labelling.label(shard, task), 1)
                          .publishOn(Schedulers.boundedElastic(), 1)
                          .doOnNext(shard -> publish(shard, folder)),
                  Progress.Task::close)
              .collectList()
              .block();
    } finally {
      resources.workers().settle();
    }
    skipped.requireFew();
    return done;
  }

  private static void publish(ShardLabelling.Labelled shard, RunFolder folder) {
    if (shard.made()) {
      folder.publish(RunFolder.SKIPPED);
    }
  }
}
