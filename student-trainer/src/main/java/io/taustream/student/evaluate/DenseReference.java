package io.taustream.student.evaluate;

import io.taustream.storage.TaustreamException;
import io.taustream.student.diagnose.SampleOutcomes;
import java.nio.FloatBuffer;
import java.util.OptionalDouble;

/** The logits of all classes. */
final class DenseReference extends TeacherReference {
  private final FloatBuffer logits;
  private final float[] teacher;

  DenseReference(FloatBuffer logits, int classes) {
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

  @Override
  void addOutcome(int row, float[] student, boolean right, SampleOutcomes.Builder outcomes) {
    read(row);
    outcomes.add(student, teacher, right);
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
