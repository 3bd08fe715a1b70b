package io.taustream.student.evaluate;

import io.taustream.storage.label.SoftLabelBatch;
import io.taustream.storage.label.SoftLabels;
import io.taustream.storage.label.TopKLabelBatch;
import java.nio.FloatBuffer;
import java.util.OptionalDouble;

/**
 * A teacher's order of the classes in each row of a batch, to compare a student with. Borrows the
 * labels' memory and reuses scratch memory: not thread-safe.
 */
public abstract sealed class TeacherRanking permits DenseRanking, TopKRanking {
  TeacherRanking() {}

  /** The order that soft labels give; valid until they are closed. */
  public static TeacherRanking of(SoftLabels labels) {
    return labels instanceof TopKLabelBatch topK
        ? new TopKRanking(topK)
        : dense(((SoftLabelBatch) labels).logits(), labels.classes());
  }

  /**
   * The order of the logits of all classes.
   *
   * @param logits rows × classes, row major
   */
  static TeacherRanking dense(FloatBuffer logits, int classes) {
    return new DenseRanking(logits, classes);
  }

  /** The class that the teacher predicts for a row. */
  abstract int prediction(int row);

  /**
   * Kendall's τ-b of a row with a student's logits, over the pairs whose order is known; empty
   * where it is not defined.
   */
  abstract OptionalDouble tau(int row, float[] student, KendallTauB kendall);
}
