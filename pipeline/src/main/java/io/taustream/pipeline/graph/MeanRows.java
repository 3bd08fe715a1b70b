package io.taustream.pipeline.graph;

import io.taustream.ingest.batch.BatchPool;
import io.taustream.storage.label.SoftLabelBatch;
import io.taustream.storage.label.SoftLabels;
import io.taustream.storage.sample.SampleView;
import java.nio.FloatBuffer;
import java.util.List;

/** The logits of all classes, those of several teachers averaged. */
final class MeanRows implements LabelRows {
  private final List<LabelJoin.Source> sources;
  private final TeacherMean teacherMean;
  private final int classes;
  private final BatchPool pool;
  private final double[] shares;
  private final float[][] logits;
  private final float[] mean;

  MeanRows(List<LabelJoin.Source> sources, TeacherMean teacherMean, int classes, BatchPool pool) {
    this.sources = List.copyOf(sources);
    this.teacherMean = teacherMean;
    this.classes = classes;
    this.pool = pool;
    this.shares = sources.stream().mapToDouble(LabelJoin.Source::share).toArray();
    this.logits = new float[sources.size()][classes];
    this.mean = new float[classes];
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
        append(view, values);
      }
      return batch;
    } catch (RuntimeException e) {
      batch.close();
      throw e;
    }
  }

  private void append(SampleView view, FloatBuffer values) {
    for (int i = 0; i < logits.length; i++) {
      FloatBuffer row = FloatBuffer.wrap(logits[i]);
      sources.get(i).file(view).logits(view.ordinal(), view.view(), row);
    }
    teacherMean.of(logits, shares, mean);
    values.put(mean);
  }
}
