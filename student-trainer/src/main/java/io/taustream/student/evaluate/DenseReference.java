package io.taustream.student.evaluate;

import io.taustream.storage.TaustreamException;
import io.taustream.student.diagnose.SampleOutcomes;
import java.nio.FloatBuffer;
import java.util.OptionalDouble;

/** The logits of all classes. */
final class DenseReference extends TeacherReference {
  private final FloatBuffer logits;
  private final float[] teacher;
  private float[] student;

  DenseReference(FloatBuffer logits, int classes) {
    this.logits = logits;
    this.teacher = new float[classes];
  }

  @Override
  void read(int row, float[] student) {
    this.student = student;
    logits.get(row * teacher.length, teacher);
    for (float logit : teacher) {
      if (!Float.isFinite(logit)) {
        throw new TaustreamException(
            "The teacher's logits of row %d hold %s; only finite values can be evaluated: check the teacher's model"
                .formatted(row, logit));
      }
    }
  }

  @Override
  int prediction() {
    return EvaluationMetrics.argmax(teacher);
  }

  @Override
  OptionalDouble tau(KendallTauB kendall) {
    return kendall.of(student, teacher);
  }

  @Override
  void addOutcome(boolean right, SampleOutcomes.Builder outcomes) {
    outcomes.add(student, teacher, right);
  }
}
