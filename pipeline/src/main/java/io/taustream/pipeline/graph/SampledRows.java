package io.taustream.pipeline.graph;

import io.taustream.ingest.batch.BatchPool;
import io.taustream.storage.label.Sampled;
import io.taustream.storage.label.SampledColumns;
import io.taustream.storage.label.SampledLabelBatch;
import io.taustream.storage.label.SoftLabels;
import io.taustream.storage.sample.SampleView;
import java.util.List;

/** The sampled labels of one teacher a view, as they are stored. */
final class SampledRows implements LabelRows {
  private final ViewTeachers teachers;
  private final Sampled encoding;
  private final int classes;
  private final BatchPool pool;

  SampledRows(ViewTeachers teachers, Sampled encoding, int classes, BatchPool pool) {
    this.teachers = teachers;
    this.encoding = encoding;
    this.classes = classes;
    this.pool = pool;
  }

  @Override
  public long bytes(int rows) {
    return SampledLabelBatch.bytes(rows, encoding);
  }

  @Override
  public SoftLabels read(List<SampleView> rows) {
    SampledLabelBatch batch =
        new SampledLabelBatch(rows, classes, encoding, pool.buffer(bytes(rows.size())));
    try {
      SampledColumns columns = batch.columns();
      for (SampleView view : rows) {
        teachers.file(view).sampled(view.ordinal(), view.view(), columns);
      }
      return batch;
    } catch (RuntimeException e) {
      batch.close();
      throw e;
    }
  }
}
