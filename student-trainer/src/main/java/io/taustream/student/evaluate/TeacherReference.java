package io.taustream.student.evaluate;

import io.taustream.storage.label.SoftLabelBatch;
import io.taustream.storage.label.SoftLabels;
import io.taustream.storage.label.TopKLabelBatch;
import io.taustream.student.diagnose.SampleOutcomes;
import java.nio.FloatBuffer;
import java.util.OptionalDouble;

/**
 * What is known of a teacher in each row of a batch, to compare a student with. Borrows the labels'
 * memory and reuses scratch memory: not thread-safe.
 */
public abstract sealed class TeacherReference permits DenseReference, TopKReference {
  TeacherReference() {}

  /** What soft labels know; valid until they are closed. */
  public static TeacherReference of(SoftLabels labels) {
    return labels instanceof TopKLabelBatch topK
        ? new TopKReference(topK)
        : dense(((SoftLabelBatch) labels).logits(), labels.classes());
  }

  /**
   * The logits of all classes.
   *
   * @param logits rows × classes, row major
   */
  static TeacherReference dense(FloatBuffer logits, int classes) {
    return new DenseReference(logits, classes);
  }

  /** The class that the teacher predicts for a row. */
  abstract int prediction(int row);

  /**
   * Kendall's τ-b of a row with a student's logits, over the pairs whose order is known; empty
   * where it is not defined.
   */
  abstract OptionalDouble tau(int row, float[] student, KendallTauB kendall);

  /** Adds how far a student is from the finest events whose probabilities are known. */
  abstract void addOutcome(
      int row, float[] student, boolean right, SampleOutcomes.Builder outcomes);
}
