package io.taustream.pipeline.graph;

import io.taustream.ingest.batch.SkippedSamples;
import io.taustream.ingest.format.Dataset;
import io.taustream.ingest.view.ViewSpec;
import io.taustream.pipeline.config.RunConfig;
import io.taustream.storage.label.LabelStatus;
import io.taustream.storage.label.LabelsMissingException;
import io.taustream.storage.label.SoftLabelStore;
import io.taustream.storage.sample.Shard;
import io.taustream.teacher.Teacher;
import java.util.ArrayList;
import java.util.List;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * The soft labels that a student trains on: all of them there already, or made while it trains.
 * Owns the teachers that make them.
 */
final class TrainingLabels implements AutoCloseable {
  private final RunConfig config;
  private final Resources resources;
  private final DataSources data;
  private final List<TeacherSlot> slots;
  private final StopRequest stop;
  private final List<Teacher> teachers = new ArrayList<>();

  /**
   * @param slots the teachers whose labels are used; none if no loss term needs one
   */
  TrainingLabels(
      RunConfig config,
      Resources resources,
      DataSources data,
      List<TeacherSlot> slots,
      StopRequest stop) {
    this.config = config;
    this.resources = resources;
    this.data = data;
    this.slots = List.copyOf(slots);
    this.stop = stop;
  }

  /** A join of batches with these labels, for one epoch. */
  LabelJoin join() {
    return new LabelJoin(
        slots.stream()
            .map(
                slot ->
                    new LabelJoin.Source(
                        slot.identity().name(), slot.train(), data.train().shards(), slot.share()))
            .toList(),
        config.ensemble(),
        config.data().classes(),
        resources.pool());
  }

  /**
   * Fails at the first shard without labels. Blocking.
   *
   * @throws LabelsMissingException naming the shard and the command to run
   */
  void requireAll() {
    for (TeacherSlot slot : slots) {
      Flux.fromIterable(data.train().shards())
          .concatMap(shard -> requireLabels(data.train(), shard, slot.train()))
          .blockLast();
    }
  }

  private static Mono<Shard> requireLabels(Dataset dataset, Shard shard, SoftLabelStore store) {
    return ShardStatus.of(dataset, shard, store)
        .map(
            status -> {
              if (status instanceof LabelStatus.Complete) {
                return shard;
              }
              throw new LabelsMissingException(
                  ("shard %s has %s of teacher %s; run 'taustream label' with this"
                          + " configuration, or 'taustream run' to label and train at once")
                      .formatted(shard.name(), status.found(), store.set().teacherId()));
            });
  }

  /**
   * Loads the teachers and labels the test data. Blocking.
   *
   * @return what labels each training shard before it is trained on
   */
  LabelGate labelWhileTraining(Progress progress) {
    List<ShardLabelling> train = new ArrayList<>();
    for (TeacherSlot slot : slots) {
      MeteredTeacher teacher = slot.open(config, resources);
      teachers.add(teacher);
      ChosenBatch batch = new ChosenBatch(slot.config(), teacher, resources.allocator());
      if (data.test().isPresent()) {
        labelTest(data.test().get(), slot, teacher, batch, progress);
      }
      slot.train().refresh().block();
      train.add(
          labelling(data.train(), TeacherSlot.trainView(config), teacher, batch, slot.train()));
    }
    // The epochs' own progress says enough while both go on at once.
    return new LabelGate(train, Progress.silent().begin("labels", 0));
  }

  private void labelTest(
      Dataset test, TeacherSlot slot, Teacher teacher, ChosenBatch batch, Progress progress) {
    ShardLabelling labelling =
        labelling(test, ViewSpec.plain(config.view().size()), teacher, batch, slot.test());
    String what = slot.identity().name() + ": test labels";
    Flux.using(
            () -> progress.begin(what, SampleEstimate.of(test).block()),
            task ->
                Flux.fromIterable(test.shards())
                    .concatMap(shard -> labelling.label(shard, task), 1),
            Progress.Task::close)
        .blockLast();
  }

  private ShardLabelling labelling(
      Dataset dataset, ViewSpec view, Teacher teacher, ChosenBatch batch, SoftLabelStore store) {
    // The student's own pass over the training data lists what is skipped.
    SkippedSamples skipped = SkippedListing.unlisted(config);
    return new ShardLabelling(
        dataset,
        view,
        teacher,
        store,
        resources.halfOfImages(),
        skipped,
        batch,
        resources.workers(),
        stop);
  }

  @Override
  public void close() {
    resources.workers().settle();
    teachers.forEach(Teacher::close);
  }
}
