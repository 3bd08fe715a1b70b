package io.taustream.student.evaluate;

import io.taustream.storage.label.TopKLabelBatch;
import io.taustream.student.diagnose.SampleOutcomes;
import io.taustream.student.loss.RestChords;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;

/**
 * Top-k labels. The order that they give is that of the k classes among themselves, and of each of
 * them before all others; how the n = C − k others follow one another is not known, so that their
 * n·(n − 1)/2 pairs count for nothing. The events whose probabilities they give are the k classes
 * and all others together. With n = 1 nothing is left out.
 */
final class TopKReference extends TeacherReference {
  private final int k;
  private final int lines;
  private final RestChords chords;
  private final IntBuffer indices;
  private final FloatBuffer logits;
  private final FloatBuffer rest;
  private final FloatBuffer moments;
  private final float[] teacher;
  private final boolean[] kept;
  private final float[] others;
  private final float[] studentEvents;
  private final float[] teacherEvents;
  private int row;
  private float[] student;

  TopKReference(TopKLabelBatch labels) {
    this.k = labels.encoding().k();
    List<Float> temperatures = labels.encoding().restTemperatures();
    this.lines = temperatures.size();
    this.chords =
        new RestChords(
            temperatures.stream().mapToDouble(Float::doubleValue).toArray(), labels.classes() - k);
    this.studentEvents = new float[k + 1];
    this.teacherEvents = new float[k + 1];
    this.indices = labels.indices().asIntBuffer();
    this.logits = labels.logits().asFloatBuffer();
    this.rest = labels.restLogSumExp().asFloatBuffer();
    this.moments = labels.restMoments().asFloatBuffer();
    this.teacher = new float[labels.classes()];
    this.kept = new boolean[labels.classes()];
    this.others = new float[labels.classes() - k];
  }

  @Override
  void read(int row, float[] student) {
    this.row = row;
    this.student = student;
    gatherOthers();
  }

  @Override
  int prediction() {
    return indices.get(row * k);
  }

  @Override
  OptionalDouble tau(KendallTauB kendall) {
    // Rounding to float16 may have brought the least of the k below the mean of the others.
    Arrays.fill(teacher, Math.min(moments.get(2 * row), logits.get(row * k + k - 1)));
    for (int i = row * k; i < (row + 1) * k; i++) {
      teacher[indices.get(i)] = logits.get(i);
    }
    long unknown = (long) others.length * (others.length - 1) / 2;
    return kendall.of(student, teacher, unknown, tiedOthers());
  }

  @Override
  void addOutcome(boolean right, SampleOutcomes.Builder outcomes) {
    for (int i = 0; i < k; i++) {
      studentEvents[i] = student[indices.get(row * k + i)];
      teacherEvents[i] = logits.get(row * k + i);
    }
    studentEvents[k] = (float) (SampleOutcomes.TEMPERATURE * logSumExpOfOthers());
    teacherEvents[k] =
        (float)
            (SampleOutcomes.TEMPERATURE
                * chords.at(i -> rest.get(row * lines + i), 1 / SampleOutcomes.TEMPERATURE));
    outcomes.add(studentEvents, teacherEvents, right);
  }

  /** The student's logits of the classes that are not of the k, rising. */
  private void gatherOthers() {
    Arrays.fill(kept, false);
    for (int i = row * k; i < (row + 1) * k; i++) {
      kept[indices.get(i)] = true;
    }
    int size = 0;
    for (int c = 0; c < student.length; c++) {
      if (!kept[c]) {
        // Adding zero turns -0 into 0.
        others[size++] = student[c] + 0f;
      }
    }
    Arrays.sort(others);
  }

  private double logSumExpOfOthers() {
    double largest = others[others.length - 1];
    double sum = 0;
    for (float other : others) {
      sum += Math.exp((other - largest) / SampleOutcomes.TEMPERATURE);
    }
    return largest / SampleOutcomes.TEMPERATURE + Math.log(sum);
  }

  /** Pairs of the others that the student ties. */
  private long tiedOthers() {
    long tied = 0;
    long run = 1;
    for (int i = 1; i < others.length; i++) {
      run = others[i] == others[i - 1] ? run + 1 : 1;
      tied += run - 1;
    }
    return tied;
  }
}
