package io.taustream.pipeline.graph;

import io.taustream.ingest.batch.BatchPool;
import io.taustream.pipeline.config.EnsembleConfig;
import io.taustream.storage.label.Sampled;
import io.taustream.storage.label.SoftLabels;
import io.taustream.storage.label.TopK;
import io.taustream.storage.sample.SampleView;
import java.util.List;

/** Reads the soft labels of a batch out of label files. One thread at a time. */
interface LabelRows {
  /** The reading that the sources' encoding and the ensemble ask for. */
  static LabelRows of(
      List<LabelJoin.Source> sources, EnsembleConfig ensemble, int classes, BatchPool pool) {
    if (sources.isEmpty()) {
      return new MeanRows(sources, TeacherMean.of(ensemble), classes, pool);
    }
    ViewTeachers byView = new ViewTeachers(sources);
    // These have no mean: RunConfig lets several teachers through by view only.
    if (sources.get(0).encoding() instanceof TopK topK) {
      return new TopKRows(byView, topK, classes, pool);
    }
    if (sources.get(0).encoding() instanceof Sampled sampled) {
      return new SampledRows(byView, sampled, classes, pool);
    }
    return ensemble.byView()
        ? new ByViewRows(byView, classes, pool)
        : new MeanRows(sources, TeacherMean.of(ensemble), classes, pool);
  }

  /** The bytes of the soft labels of so many rows. */
  long bytes(int rows);

  /** The labels of exactly these views, in memory of the pool; the caller closes them. */
  SoftLabels read(List<SampleView> rows);
}
