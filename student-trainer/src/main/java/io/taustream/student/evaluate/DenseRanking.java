package io.taustream.student.evaluate;

import io.taustream.storage.TaustreamException;
import java.nio.FloatBuffer;
import java.util.OptionalDouble;

/** The order that the logits of all classes give. */
final class DenseRanking extends TeacherRanking {
  private final FloatBuffer logits;
  private final float[] teacher;

  DenseRanking(FloatBuffer logits, int classes) {
    this.logits = logits;
    this.teacher = new float[classes];
  }

  @Override
  int prediction(int row) {
    read(row);
    return EvaluationMetrics.argmax(teacher);
  }

  @Override
  OptionalDouble tau(int row, float[] student, KendallTauB kendall) {
    read(row);
    return kendall.of(student, teacher);
  }

  private void read(int row) {
    logits.get(row * teacher.length, teacher);
    for (float logit : teacher) {
      if (!Float.isFinite(logit)) {
        throw new TaustreamException(
            "The teacher's logits of row %d hold %s; only finite values can be evaluated: check the teacher's model"
                .formatted(row, logit));
      }
    }
  }
}
