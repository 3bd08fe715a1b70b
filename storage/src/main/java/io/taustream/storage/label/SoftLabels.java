package io.taustream.storage.label;

import io.taustream.storage.sample.SampleView;
import java.util.List;

/**
 * What a teacher says of a batch of samples, as a student trains on it: the logits of all classes,
 * of the k largest with the mass of the rest, or of classes drawn by their probability. It owns one
 * reference to Arrow memory; whoever receives it closes it exactly once. Not thread-safe beyond
 * Arrow's own reference counts: the labels are written before the batch is handed on and only read
 * after.
 */
public sealed interface SoftLabels extends AutoCloseable
    permits SoftLabelBatch, TopKLabelBatch, SampledLabelBatch {
  /** The samples and views, one a row. */
  List<SampleView> rows();

  /** How many rows there are. */
  default int size() {
    return rows().size();
  }

  /** How many classes the teacher tells apart. */
  int classes();

  @Override
  void close();
}
