package io.taustream.pipeline.graph;

import io.taustream.ingest.batch.BatchPool;
import io.taustream.ingest.batch.ImageBatch;
import io.taustream.storage.TaustreamException;
import io.taustream.storage.label.LabelFile;
import io.taustream.storage.label.SoftLabelBatch;
import io.taustream.storage.label.SoftLabelStore;
import io.taustream.storage.sample.SampleView;
import io.taustream.storage.sample.Shard;
import io.taustream.student.train.TrainingBatch;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Optional;
import org.apache.arrow.memory.ArrowBuf;

/**
 * Joins image batches with the stored soft labels of exactly these views. Several teachers' logits
 * are averaged by their weights. Thread-safe: a cancelled flow may close it while it joins.
 */
final class LabelJoin implements AutoCloseable {
  private final List<Source> sources;
  private final int classes;
  private final BatchPool pool;
  private final float[] row;

  /**
   * One teacher's labels.
   *
   * @param share the teacher's share in the mean; the shares add up to 1
   */
  record Source(String teacher, OpenLabelFiles files, double share) {
    Source(String teacher, SoftLabelStore store, List<Shard> shards, double share) {
      this(teacher, new OpenLabelFiles(store, shards), share);
    }
  }

  /**
   * @param sources none: batches stay without soft labels
   */
  LabelJoin(List<Source> sources, int classes, BatchPool pool) {
    this.sources = List.copyOf(sources);
    this.classes = classes;
    this.pool = pool;
    this.row = new float[classes];
  }

  /** The bytes of the soft labels of so many images. */
  long bytes(int images) {
    return sources.isEmpty() ? 0 : (long) images * classes * Float.BYTES;
  }

  /** Takes over the images, also when it fails; the caller closes what it returns. */
  synchronized TrainingBatch join(ImageBatch images) {
    Optional<SoftLabelBatch> labels;
    try {
      labels = sources.isEmpty() ? Optional.empty() : Optional.of(labels(images));
    } catch (RuntimeException e) {
      images.close();
      throw e;
    }
    return new TrainingBatch(images, labels);
  }

  private SoftLabelBatch labels(ImageBatch images) {
    ArrowBuf buffer = pool.buffer((long) images.size() * classes * Float.BYTES);
    SoftLabelBatch batch = new SoftLabelBatch(images.rows(), classes, buffer);
    try {
      FloatBuffer logits = batch.logits();
      for (SampleView view : images.rows()) {
        mean(view, logits);
      }
      return batch;
    } catch (RuntimeException e) {
      batch.close();
      throw e;
    }
  }

  /** Appends one row: Σ share · logits over the teachers. */
  private void mean(SampleView view, FloatBuffer logits) {
    int start = logits.position();
    for (int i = 0; i < sources.size(); i++) {
      Source source = sources.get(i);
      LabelFile file = source.files().of(view.shard());
      requireSameView(view, file, source);
      file.logits(view.ordinal(), view.view(), FloatBuffer.wrap(row));
      for (int c = 0; c < classes; c++) {
        float before = i == 0 ? 0 : logits.get(start + c);
        // With one teacher the share is 1 and the logit stays what was stored, to the bit.
        logits.put(start + c, before + (float) (source.share() * row[c]));
      }
    }
    logits.position(start + classes);
  }

  /** The rule that keeps labels true: same shard, ordinal, key, view and view seed. */
  private static void requireSameView(SampleView view, LabelFile file, Source source) {
    if (!file.has(view.ordinal())
        || !file.key(view.ordinal()).equals(view.key())
        || file.viewSeed(view.ordinal(), view.view()) != view.viewSeed()) {
      throw new TaustreamException(
          ("shard %s: teacher %s has no label for sample '%s' (ordinal %d, view %d): the labels"
                  + " were made from other data; run 'taustream labels verify', then label again")
              .formatted(view.shard(), source.teacher(), view.key(), view.ordinal(), view.view()));
    }
  }

  @Override
  public synchronized void close() {
    sources.forEach(source -> source.files().close());
  }
}
