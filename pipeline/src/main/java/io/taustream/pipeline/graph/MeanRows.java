package io.taustream.pipeline.graph;

import io.taustream.ingest.batch.BatchPool;
import io.taustream.storage.label.LabelFile;
import io.taustream.storage.label.SoftLabelBatch;
import io.taustream.storage.label.SoftLabels;
import io.taustream.storage.sample.SampleView;
import java.nio.FloatBuffer;
import java.util.List;

/** The logits of all classes, those of several teachers averaged by their weights. */
final class MeanRows implements LabelRows {
  private final List<LabelJoin.Source> sources;
  private final int classes;
  private final BatchPool pool;
  private final float[] row;

  MeanRows(List<LabelJoin.Source> sources, int classes, BatchPool pool) {
    this.sources = sources;
    this.classes = classes;
    this.pool = pool;
    this.row = new float[classes];
  }

  @Override
  public long bytes(int rows) {
    return (long) rows * classes * Float.BYTES;
  }

  @Override
  public SoftLabels read(List<SampleView> rows) {
    SoftLabelBatch batch = new SoftLabelBatch(rows, classes, pool.buffer(bytes(rows.size())));
    try {
      FloatBuffer logits = batch.logits();
      for (SampleView view : rows) {
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
      LabelFile file = sources.get(i).file(view);
      file.logits(view.ordinal(), view.view(), FloatBuffer.wrap(row));
      for (int c = 0; c < classes; c++) {
        float before = i == 0 ? 0 : logits.get(start + c);
        // With one teacher the share is 1 and the logit stays what was stored, to the bit.
        logits.put(start + c, before + (float) (sources.get(i).share() * row[c]));
      }
    }
    logits.position(start + classes);
  }
}
