package io.taustream.pipeline.graph;

import io.taustream.ingest.batch.BatchPool;
import io.taustream.ingest.batch.ImageBatch;
import io.taustream.pipeline.config.EnsembleConfig;
import io.taustream.storage.TaustreamException;
import io.taustream.storage.label.LabelEncoding;
import io.taustream.storage.label.LabelFile;
import io.taustream.storage.label.SoftLabelStore;
import io.taustream.storage.label.SoftLabels;
import io.taustream.storage.sample.SampleView;
import io.taustream.storage.sample.Shard;
import io.taustream.student.train.TrainingBatch;
import java.util.List;
import java.util.Optional;

/**
 * Joins image batches with the stored soft labels of exactly these views. Thread-safe: a cancelled
 * flow may close it while it joins.
 */
final class LabelJoin implements AutoCloseable {
  private final List<Source> sources;
  private final LabelRows rows;

  /**
   * One teacher's labels.
   *
   * @param share the teacher's share in the mean; the shares add up to 1
   */
  record Source(String teacher, LabelEncoding encoding, OpenLabelFiles files, double share) {
    Source(String teacher, SoftLabelStore store, List<Shard> shards, double share) {
      this(teacher, store.set().encoding(), new OpenLabelFiles(store, shards), share);
    }

    /** The file that holds a view's label; fails unless the label was made of exactly that view. */
    LabelFile file(SampleView view) {
      LabelFile file = files.of(view.shard());
      requireSameView(view, file);
      return file;
    }

    /** The rule that keeps labels true: same shard, ordinal, key, view and view seed. */
    private void requireSameView(SampleView view, LabelFile file) {
      if (!file.has(view.ordinal())
          || !file.key(view.ordinal(), view.view()).equals(view.key())
          || file.viewSeed(view.ordinal(), view.view()) != view.viewSeed()) {
        throw new TaustreamException(
            ("shard %s: teacher %s has no label for sample '%s' (ordinal %d, view %d): the labels"
                    + " were made from other data; run 'taustream labels verify', then label again")
                .formatted(view.shard(), teacher, view.key(), view.ordinal(), view.view()));
      }
    }
  }

  /**
   * @param sources none: batches stay without soft labels
   * @param ensemble how several teach
   */
  LabelJoin(List<Source> sources, EnsembleConfig ensemble, int classes, BatchPool pool) {
    this.sources = List.copyOf(sources);
    this.rows = LabelRows.of(this.sources, ensemble, classes, pool);
  }

  /** The bytes of the soft labels of so many images. */
  long bytes(int images) {
    return sources.isEmpty() ? 0 : rows.bytes(images);
  }

  /** Takes over the images, also when it fails; the caller closes what it returns. */
  synchronized TrainingBatch join(ImageBatch images) {
    Optional<SoftLabels> labels;
    try {
      labels = sources.isEmpty() ? Optional.empty() : Optional.of(rows.read(images.rows()));
    } catch (RuntimeException e) {
      images.close();
      throw e;
    }
    return new TrainingBatch(images, labels);
  }

  @Override
  public synchronized void close() {
    sources.forEach(source -> source.files().close());
  }
}
