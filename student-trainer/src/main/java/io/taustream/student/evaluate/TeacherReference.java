package io.taustream.student.evaluate;

import io.taustream.storage.label.SampledLabelBatch;
import io.taustream.storage.label.SoftLabelBatch;
import io.taustream.storage.label.SoftLabels;
import io.taustream.storage.label.TopKLabelBatch;
import io.taustream.student.diagnose.SampleOutcomes;
import java.nio.FloatBuffer;
import java.util.OptionalDouble;

/**
 * What is known of a teacher in each row of a batch, to compare a student with: one row at a time,
 * the one given to {@link #read} last. Borrows the labels' memory and reuses scratch memory: not
 * thread-safe.
 */
public abstract sealed class TeacherReference
    permits DenseReference, TopKReference, SampledReference {
  TeacherReference() {}

  /** What soft labels know; valid until they are closed. */
  public static TeacherReference of(SoftLabels labels) {
    if (labels instanceof TopKLabelBatch topK) {
      return new TopKReference(topK);
    }
    if (labels instanceof SampledLabelBatch sampled) {
      return new SampledReference(sampled);
    }
    return dense(((SoftLabelBatch) labels).logits(), labels.classes());
  }

  /**
   * The logits of all classes.
   *
   * @param logits rows × classes, row major
   */
  static TeacherReference dense(FloatBuffer logits, int classes) {
    return new DenseReference(logits, classes);
  }

  /**
   * Takes a row.
   *
   * @param student its logits of the same sample, borrowed until the next row is taken
   */
  abstract void read(int row, float[] student);

  /** The class that the teacher predicts. */
  abstract int prediction();

  /**
   * Kendall's τ-b with the student's logits, over the pairs whose order is known; empty where it is
   * not defined.
   */
  abstract OptionalDouble tau(KendallTauB kendall);

  /** Adds how far the student is from the finest events whose probabilities are known. */
  abstract void addOutcome(boolean right, SampleOutcomes.Builder outcomes);
}
