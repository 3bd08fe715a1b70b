package io.taustream.pipeline.graph;

import io.taustream.storage.label.LabelFile;
import io.taustream.storage.sample.Shard;
import io.taustream.student.evaluate.Evaluation;
import io.taustream.student.evaluate.EvaluationMetrics;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** How good teachers are, from the logits and classes in their label files: no image is read. */
final class StoredLogits {
  private StoredLogits() {}

  /**
   * Evaluates the mean of the teachers on view 0. Blocking.
   *
   * @param shards all of them labelled by every teacher
   */
  static Evaluation evaluate(List<Shard> shards, List<TeacherSlot> teachers, int classes) {
    EvaluationMetrics metrics = new EvaluationMetrics(classes);
    for (Shard shard : shards) {
      List<LabelFile> files = new ArrayList<>();
      try {
        for (TeacherSlot teacher : teachers) {
          files.add(teacher.test().open(shard).block());
        }
        add(files, teachers, classes, metrics);
      } finally {
        files.forEach(LabelFile::close);
      }
    }
    return metrics.evaluation();
  }

  private static void add(
      List<LabelFile> files, List<TeacherSlot> teachers, int classes, EvaluationMetrics metrics) {
    float[] row = new float[classes];
    float[] mean = new float[classes];
    LabelFile first = files.get(0);
    for (int ordinal = 0; ordinal < first.samples(); ordinal++) {
      if (!first.has(ordinal)) {
        continue;
      }
      for (int i = 0; i < files.size(); i++) {
        files.get(i).logits(ordinal, 0, row);
        for (int c = 0; c < classes; c++) {
          mean[c] = (i == 0 ? 0 : mean[c]) + (float) (teachers.get(i).share() * row[c]);
        }
      }
      int[] label = {first.label(ordinal)};
      metrics.add(FloatBuffer.wrap(mean), label, Optional.empty());
    }
  }
}
