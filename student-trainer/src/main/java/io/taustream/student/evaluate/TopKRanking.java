package io.taustream.student.evaluate;

import io.taustream.storage.label.TopKLabelBatch;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.Arrays;
import java.util.OptionalDouble;

/**
 * The order that top-k labels give: the k classes among themselves, and each of them before all
 * others. How the n = C − k others follow one another is not known, so that their n·(n − 1)/2 pairs
 * count for nothing; with n = 1 none is left out.
 */
final class TopKRanking extends TeacherRanking {
  private final int k;
  private final int restColumns;
  private final float temperature;
  private final IntBuffer indices;
  private final FloatBuffer logits;
  private final FloatBuffer rest;
  private final float[] teacher;
  private final boolean[] kept;
  private final float[] others;

  TopKRanking(TopKLabelBatch labels) {
    this.k = labels.encoding().k();
    this.restColumns = labels.encoding().restTemperatures().size();
    this.temperature = labels.encoding().restTemperatures().get(0);
    this.indices = labels.indices().asIntBuffer();
    this.logits = labels.logits().asFloatBuffer();
    this.rest = labels.restLogSumExp().asFloatBuffer();
    this.teacher = new float[labels.classes()];
    this.kept = new boolean[labels.classes()];
    this.others = new float[labels.classes() - k];
  }

  @Override
  int prediction(int row) {
    return indices.get(row * k);
  }

  @Override
  OptionalDouble tau(int row, float[] student, KendallTauB kendall) {
    // A generalised mean of the others; rounding to float16 may have brought the least of the k
    // below it.
    double mean = temperature * (rest.get(row * restColumns) - Math.log(others.length));
    Arrays.fill(teacher, (float) Math.min(mean, logits.get(row * k + k - 1)));
    Arrays.fill(kept, false);
    for (int i = row * k; i < (row + 1) * k; i++) {
      teacher[indices.get(i)] = logits.get(i);
      kept[indices.get(i)] = true;
    }
    long unknown = (long) others.length * (others.length - 1) / 2;
    return kendall.of(student, teacher, unknown, tiedOthers(student));
  }

  /** Pairs of the others that the student ties. */
  private long tiedOthers(float[] student) {
    int size = 0;
    for (int c = 0; c < student.length; c++) {
      if (!kept[c]) {
        // Adding zero turns -0 into 0.
        others[size++] = student[c] + 0f;
      }
    }
    Arrays.sort(others);
    long tied = 0;
    long run = 1;
    for (int i = 1; i < size; i++) {
      run = others[i] == others[i - 1] ? run + 1 : 1;
      tied += run - 1;
    }
    return tied;
  }
}
