package io.taustream.pipeline.graph;

import io.taustream.ingest.format.Dataset;
import io.taustream.ingest.format.Sample;
import io.taustream.ingest.format.ShardReading;
import io.taustream.ingest.view.ViewSpec;
import io.taustream.pipeline.config.RunConfig;
import io.taustream.storage.TaustreamException;
import io.taustream.storage.label.LabelFile;
import io.taustream.storage.label.LabelProblem;
import io.taustream.storage.label.SoftLabelStore;
import io.taustream.storage.sample.Shard;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads every label file of a run and the shard that it was made from: whether the file is whole,
 * and whether keys, classes, view seeds and checksum are still those of the shard. Blocking.
 */
public final class LabelVerification {
  private final RunConfig config;
  private final Resources resources;
  private final String version;

  public LabelVerification(RunConfig config, Resources resources, String version) {
    this.config = config;
    this.resources = resources;
    this.version = version;
  }

  /**
   * What was found.
   *
   * @param shards label files read
   * @param rows in them
   * @param problems one line each; none: all is well
   */
  public record Summary(int shards, long rows, List<String> problems) {}

  /** Verifies training and test labels of every teacher. */
  public Summary run() {
    DataSources data = DataSources.open(config.data(), resources.objects());
    List<TeacherSlot> teachers = TeacherSlot.all(config, resources, version);
    Tally tally = new Tally();
    try {
      for (TeacherSlot slot : teachers) {
        verify(data.train(), TeacherSlot.trainView(config), slot.train(), tally);
        data.test()
            .ifPresent(
                test -> verify(test, ViewSpec.plain(config.view().size()), slot.test(), tally));
      }
    } finally {
      teachers.forEach(TeacherSlot::close);
    }
    return new Summary(tally.shards, tally.rows, List.copyOf(tally.problems));
  }

  private static final class Tally {
    private final List<String> problems = new ArrayList<>();
    private int shards;
    private long rows;
  }

  private void verify(Dataset dataset, ViewSpec view, SoftLabelStore store, Tally tally) {
    for (Shard shard : dataset.shards()) {
      // A copy of the shard that was labelled is as good as the shard.
      try (LabelFile file =
          ShardStatus.of(dataset, shard, store).then(store.openUncached(shard)).block()) {
        tally.shards++;
        tally.rows += file.rows();
        file.verify().stream().map(LabelProblem::toString).forEach(tally.problems::add);
        compare(dataset.read(shard), file, view, store, tally.problems);
      } catch (TaustreamException e) {
        tally.problems.add(e.getMessage());
      }
    }
  }

  private static void compare(
      ShardReading reading,
      LabelFile file,
      ViewSpec view,
      SoftLabelStore store,
      List<String> problems) {
    String name = store.location(reading.shard()).toString();
    reading.samples().doOnNext(sample -> compare(sample, file, view, name, problems)).blockLast();
    if (reading.crc32c() != file.metadata().crc32c()) {
      problems.add(
          "%s: shard %s has CRC-32C %08x, the labels were made from %08x; label it again"
              .formatted(name, reading.shard().name(), reading.crc32c(), file.metadata().crc32c()));
    }
  }

  private static void compare(
      Sample sample, LabelFile file, ViewSpec view, String name, List<String> problems) {
    if (!file.has(sample.ordinal())) {
      return;
    }
    boolean same =
        file.key(sample.ordinal()).equals(sample.key())
            && file.label(sample.ordinal()) == sample.label();
    for (int v = 0; same && v < file.views(); v++) {
      same = file.viewSeed(sample.ordinal(), v) == view.viewSeed(sample.key(), v);
    }
    if (!same) {
      problems.add(
          "%s: row of ordinal %d is of sample '%s' with class %d, the shard has '%s' with class %d"
              .formatted(
                  name,
                  sample.ordinal(),
                  file.key(sample.ordinal()),
                  file.label(sample.ordinal()),
                  sample.key(),
                  sample.label()));
    }
  }
}
