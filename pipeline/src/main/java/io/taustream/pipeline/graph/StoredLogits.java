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
  static Evaluation evaluate(
      List<Shard> shards, List<TeacherSlot> teachers, TeacherMean teacherMean, int classes) {
    double[] shares = teachers.stream().mapToDouble(TeacherSlot::share).toArray();
    EvaluationMetrics metrics = new EvaluationMetrics(classes);
    for (Shard shard : shards) {
      List<LabelFile> files = new ArrayList<>();
      try {
        for (TeacherSlot teacher : teachers) {
          files.add(teacher.test().open(shard).block());
        }
        add(files, shares, teacherMean, classes, metrics);
      } finally {
        files.forEach(LabelFile::close);
      }
    }
    return metrics.evaluation();
  }

  private static void add(
      List<LabelFile> files,
      double[] shares,
      TeacherMean teacherMean,
      int classes,
      EvaluationMetrics metrics) {
    float[][] logits = new float[files.size()][classes];
    float[] mean = new float[classes];
    LabelFile first = files.get(0);
    for (int ordinal = 0; ordinal < first.samples(); ordinal++) {
      if (!first.has(ordinal)) {
        continue;
      }
      for (int i = 0; i < files.size(); i++) {
        files.get(i).logits(ordinal, 0, logits[i]);
      }
      teacherMean.of(logits, shares, mean);
      int[] label = {first.label(ordinal)};
      metrics.add(FloatBuffer.wrap(mean), label, Optional.empty());
    }
  }
}
