package io.taustream.pipeline.graph;

import io.taustream.ingest.batch.SkippedSamples;
import io.taustream.ingest.format.Dataset;
import io.taustream.ingest.view.ViewSpec;
import io.taustream.pipeline.config.ConfigurationException;
import io.taustream.pipeline.config.RunConfig;
import io.taustream.pipeline.report.SkippedLog;
import io.taustream.storage.label.LabelStatus;
import io.taustream.storage.label.SoftLabelStore;
import io.taustream.storage.sample.Shard;
import io.taustream.student.evaluate.Evaluation;
import io.taustream.teacher.Teacher;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Schedulers;

/**
 * Labels every shard that has no labels yet, or one worker's part of them: what {@code taustream
 * label} does. Workers need nothing of each other: they may run at once or one after the other, on
 * one machine or several, over the same stores. Blocking.
 */
public final class Labelling {
  /** Requests at once about the shards of others. */
  private static final int CONCURRENT_LOOKS = 8;

  private final RunConfig config;
  private final WorkerPart part;
  private final Resources resources;
  private final String version;
  private final Progress progress;
  private final StopRequest stop;

  /**
   * @param part which shards are labelled; a worker among others lists the samples that it skips in
   *     a file of its own, {@link RunFolder#skipped}
   */
  public Labelling(
      RunConfig config,
      WorkerPart part,
      Resources resources,
      String version,
      Progress progress,
      StopRequest stop) {
    this.config = config;
    this.part = part;
    this.resources = resources;
    this.version = version;
    this.progress = progress;
    this.stop = stop;
  }

  /**
   * What was done for one teacher.
   *
   * @param device that it ran on
   * @param shards in this worker's part, of training and test data
   * @param made shards labelled now
   * @param rows in the label files of the part
   * @param others shards in the parts of other workers
   * @param left how many of those had not all their labels when this one was done
   * @param test how good the teacher is on the test data; absent where there is none or not all of
   *     it has been labelled yet
   */
  public record TeacherSummary(
      String teacher,
      String device,
      int shards,
      int made,
      long rows,
      int others,
      int left,
      Optional<Evaluation> test) {}

  /**
   * What was done.
   *
   * @param part of the labelling that this was
   * @param finished whether every shard of the part has labels; else the process was asked to stop
   * @param seconds by the clock
   * @param skipped samples that could not be decoded
   * @param stages what each stage did
   */
  public record Summary(
      WorkerPart part,
      boolean finished,
      double seconds,
      long skipped,
      List<TeacherSummary> teachers,
      List<StageMeter.Reading> stages) {}

  /** Shards of one data set, what they are called, and where one teacher's labels of them go. */
  private record Work(
      String name, Dataset dataset, List<Shard> own, ViewSpec view, SoftLabelStore store) {
    List<Shard> others() {
      Set<Shard> mine = new HashSet<>(own);
      return dataset.shards().stream().filter(shard -> !mine.contains(shard)).toList();
    }
  }

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
    String list = RunFolder.skipped(part);
    folder.fetch(list);
    try (SkippedLog log = SkippedLog.open(folder.file(list))) {
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
        part,
        summaries.size() == config.teachers().size(),
        (System.nanoTime() - begun) / 1e9,
        skippedCount,
        summaries,
        resources.readings());
  }

  /** Absent where the process was asked to stop. */
  private Optional<TeacherSummary> label(
      TeacherSlot slot, DataSources data, RunFolder folder, SkippedLog log) {
    try (MeteredTeacher teacher = slot.open(config, resources)) {
      ChosenBatch batch = new ChosenBatch(slot.config(), teacher, resources.allocator());
      List<Work> works = works(slot, data);
      List<ShardLabelling.Labelled> done = new ArrayList<>();
      for (Work work : works) {
        done.addAll(label(slot, teacher, batch, work, folder, log));
      }
      return Optional.of(
          new TeacherSummary(
              slot.identity().id(),
              teacher.device(),
              done.size(),
              (int) done.stream().filter(ShardLabelling.Labelled::made).count(),
              done.stream().mapToLong(ShardLabelling.Labelled::rows).sum(),
              works.stream().mapToInt(work -> work.others().size()).sum(),
              works.stream().mapToInt(Labelling::left).sum(),
              TestSetFactory.evaluateTeacher(config, data, List.of(slot))));
    } catch (StoppedException e) {
      return Optional.empty();
    }
  }

  private List<Work> works(TeacherSlot slot, DataSources data) {
    List<Shard> train = data.train().shards();
    List<Work> works = new ArrayList<>();
    works.add(
        new Work(
            "train",
            data.train(),
            part.own(train, 0),
            TeacherSlot.trainView(config),
            slot.train()));
    data.test()
        .ifPresent(
            test ->
                works.add(
                    new Work(
                        "test",
                        test,
                        part.own(test.shards(), train.size()),
                        ViewSpec.plain(config.view().size()),
                        slot.test())));
    return works;
  }

  /** How many shards of other workers have not all their labels now. */
  private static int left(Work work) {
    return Flux.fromIterable(work.others())
        .flatMap(work.store()::status, CONCURRENT_LOOKS)
        .filter(status -> !(status instanceof LabelStatus.Complete))
        .count()
        .block()
        .intValue();
  }

  private List<ShardLabelling.Labelled> label(
      TeacherSlot slot,
      Teacher teacher,
      ChosenBatch batch,
      Work work,
      RunFolder folder,
      SkippedLog log) {
    if (work.own().isEmpty()) {
      return List.of();
    }
    work.store().refresh().block();
    SkippedSamples skipped = SkippedListing.into(log, config);
    ShardLabelling labelling =
        new ShardLabelling(
            work.dataset(),
            work.view(),
            teacher,
            work.store(),
            resources.images(),
            skipped,
            batch,
            resources.workers(),
            stop);
    long images = SampleEstimate.of(work.dataset(), work.own()).block() * work.view().count();
    List<ShardLabelling.Labelled> done;
    try {
      done =
          Flux.using(
                  () -> progress.begin(task(slot, work), images),
                  task ->
                      Flux.fromIterable(work.own())
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

  private String task(TeacherSlot slot, Work work) {
    String what = "%s: %s labels".formatted(slot.identity().name(), work.name());
    return part.isWhole() ? what : "%s, worker %s".formatted(what, part);
  }

  private void publish(ShardLabelling.Labelled shard, RunFolder folder) {
    if (shard.made()) {
      folder.publish(RunFolder.skipped(part));
    }
  }
}
