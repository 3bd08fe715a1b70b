package io.taustream.pipeline.graph;

import io.taustream.ingest.batch.BatchPool;
import io.taustream.storage.label.SoftLabelBatch;
import io.taustream.storage.label.SoftLabels;
import io.taustream.storage.sample.SampleView;
import java.nio.FloatBuffer;
import java.util.List;

/** The logits of all classes of one teacher a view. */
final class ByViewRows implements LabelRows {
  private final ViewTeachers teachers;
  private final int classes;
  private final BatchPool pool;

  ByViewRows(ViewTeachers teachers, int classes, BatchPool pool) {
    this.teachers = teachers;
    this.classes = classes;
    this.pool = pool;
  }

  @Override
  public long bytes(int rows) {
    return (long) rows * classes * Float.BYTES;
  }

  @Override
  public SoftLabels read(List<SampleView> rows) {
    SoftLabelBatch batch = new SoftLabelBatch(rows, classes, pool.buffer(bytes(rows.size())));
    try {
      FloatBuffer values = batch.logits();
      for (SampleView view : rows) {
        teachers.file(view).logits(view.ordinal(), view.view(), values);
      }
      return batch;
    } catch (RuntimeException e) {
      batch.close();
      throw e;
    }
  }
}
