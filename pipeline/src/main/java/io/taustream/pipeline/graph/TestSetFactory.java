package io.taustream.pipeline.graph;

import io.taustream.ingest.format.Dataset;
import io.taustream.ingest.view.ViewSpec;
import io.taustream.pipeline.config.RunConfig;
import io.taustream.storage.label.LabelStatus;
import io.taustream.student.evaluate.Evaluation;
import java.util.List;
import java.util.Optional;
import reactor.core.publisher.Flux;

/** Makes a run's test set, with the logits of those teachers that have labelled all of it. */
final class TestSetFactory {
  private TestSetFactory() {}

  /** Absent where the configuration names no test data. Blocking: looks at the label stores. */
  static Optional<TestSet> of(
      RunConfig config, Resources resources, DataSources data, List<TeacherSlot> teachers) {
    if (data.test().isEmpty()) {
      return Optional.empty();
    }
    Dataset test = data.test().get();
    boolean labelled = labelled(test, teachers);
    return Optional.of(
        new TestSet(
            test,
            ViewSpec.plain(config.view().size()),
            config.train().batch(),
            resources.images(),
            () -> SkippedListing.unlisted(config),
            () ->
                new LabelJoin(
                    labelled ? sources(test, teachers) : List.of(),
                    config.ensemble().withAll(),
                    config.data().classes(),
                    resources.pool())));
  }

  /**
   * How good the mean of the teachers is, or where their labels have none, the first; absent where
   * the test data has not been labelled.
   */
  static Optional<Evaluation> evaluateTeacher(
      RunConfig config, DataSources data, List<TeacherSlot> teachers) {
    if (data.test().isEmpty() || !labelled(data.test().get(), teachers)) {
      return Optional.empty();
    }
    return Optional.of(
        StoredLogits.evaluate(
            data.test().get().shards(),
            config.labels().haveMean() ? teachers : teachers.subList(0, 1),
            TeacherMean.of(config.ensemble()),
            config.data().classes()));
  }

  private static List<LabelJoin.Source> sources(Dataset test, List<TeacherSlot> teachers) {
    return teachers.stream()
        .map(
            slot ->
                new LabelJoin.Source(
                    slot.identity().name(), slot.test(), test.shards(), slot.share()))
        .toList();
  }

  private static boolean labelled(Dataset test, List<TeacherSlot> teachers) {
    return !teachers.isEmpty()
        && Boolean.TRUE.equals(
            Flux.fromIterable(teachers)
                .concatMap(
                    slot ->
                        Flux.fromIterable(test.shards())
                            .concatMap(shard -> ShardStatus.of(test, shard, slot.test())))
                .all(LabelStatus.Complete.class::isInstance)
                .block());
  }
}
