package io.taustream.pipeline.graph;

import io.taustream.ingest.batch.BatchPool;
import io.taustream.storage.label.SoftLabels;
import io.taustream.storage.label.TopK;
import io.taustream.storage.label.TopKColumns;
import io.taustream.storage.label.TopKLabelBatch;
import io.taustream.storage.sample.SampleView;
import java.util.List;

/** The top-k labels of one teacher a view, as they are stored. */
final class TopKRows implements LabelRows {
  private final ViewTeachers teachers;
  private final TopK encoding;
  private final int classes;
  private final BatchPool pool;

  TopKRows(ViewTeachers teachers, TopK encoding, int classes, BatchPool pool) {
    this.teachers = teachers;
    this.encoding = encoding;
    this.classes = classes;
    this.pool = pool;
  }

  @Override
  public long bytes(int rows) {
    return TopKLabelBatch.bytes(rows, encoding);
  }

  @Override
  public SoftLabels read(List<SampleView> rows) {
    TopKLabelBatch batch =
        new TopKLabelBatch(rows, classes, encoding, pool.buffer(bytes(rows.size())));
    try {
      TopKColumns columns = batch.columns();
      for (SampleView view : rows) {
        teachers.file(view).topK(view.ordinal(), view.view(), columns);
      }
      return batch;
    } catch (RuntimeException e) {
      batch.close();
      throw e;
    }
  }
}
