package io.taustream.student.evaluate;

import io.taustream.storage.label.SampledColumns;
import io.taustream.storage.label.SampledLabelBatch;
import io.taustream.student.diagnose.SampleOutcomes;
import java.util.Arrays;
import java.util.OptionalDouble;

/**
 * Sampled labels. Known are the teacher's first class and the drawn ones: their order is that among
 * themselves, and the events whose probabilities they give are these classes and all others
 * together, which have what is left of the mass.
 */
final class SampledReference extends TeacherReference {
  // What rounding to float16 may take from a rest that is next to nothing, it may not take whole.
  private static final double LEAST_REST = 1e-6;

  private final int n;
  private final int temperatures;
  private final int massAt;
  private final SampledColumns labels;
  private final boolean[] known;
  private final float[] teacher;
  private final int[] classes;
  private int size;
  private int row;
  private float[] student;

  SampledReference(SampledLabelBatch labels) {
    this.n = labels.encoding().n();
    this.temperatures = labels.encoding().temperatures().size();
    this.massAt = labels.encoding().temperatures().indexOf((float) SampleOutcomes.TEMPERATURE);
    this.labels = labels.columns();
    this.known = new boolean[labels.classes()];
    this.teacher = new float[n + 1];
    this.classes = new int[n + 1];
  }

  @Override
  void read(int row, float[] student) {
    this.row = row;
    this.student = student;
    Arrays.fill(known, false);
    size = 0;
    add(labels.topIndex().get(row), labels.topLogit().get(row));
    for (int i = row * n; i < (row + 1) * n && labels.counts().get(i) > 0; i++) {
      add(labels.indices().get(i), labels.logits().get(i));
    }
  }

  private void add(int index, float logit) {
    if (!known[index]) {
      known[index] = true;
      classes[size] = index;
      teacher[size++] = logit;
    }
  }

  @Override
  int prediction() {
    return labels.topIndex().get(row);
  }

  @Override
  OptionalDouble tau(KendallTauB kendall) {
    float[] own = new float[size];
    for (int i = 0; i < size; i++) {
      own[i] = student[classes[i]];
    }
    return new KendallTauB(size).of(own, Arrays.copyOf(teacher, size));
  }

  @Override
  void addOutcome(boolean right, SampleOutcomes.Builder outcomes) {
    if (massAt < 0) {
      outcomes.addUnlabelled();
      return;
    }
    boolean all = size == known.length;
    float[] studentEvents = new float[all ? size : size + 1];
    float[] teacherEvents = Arrays.copyOf(teacher, studentEvents.length);
    for (int i = 0; i < size; i++) {
      studentEvents[i] = student[classes[i]];
    }
    if (!all) {
      studentEvents[size] = (float) (SampleOutcomes.TEMPERATURE * logSumExpOfOthers());
      teacherEvents[size] = (float) (SampleOutcomes.TEMPERATURE * restOfTeacher());
    }
    outcomes.add(studentEvents, teacherEvents, right);
  }

  private double restOfTeacher() {
    double mass = labels.logSumExp().get(row * temperatures + massAt);
    double share = 0;
    for (int i = 0; i < size; i++) {
      share += Math.exp(teacher[i] / SampleOutcomes.TEMPERATURE - mass);
    }
    return mass + Math.log(Math.max(LEAST_REST, 1 - share));
  }

  private double logSumExpOfOthers() {
    double largest = Double.NEGATIVE_INFINITY;
    for (int c = 0; c < known.length; c++) {
      largest = known[c] ? largest : Math.max(largest, student[c]);
    }
    double sum = 0;
    for (int c = 0; c < known.length; c++) {
      sum += known[c] ? 0 : Math.exp((student[c] - largest) / SampleOutcomes.TEMPERATURE);
    }
    return largest / SampleOutcomes.TEMPERATURE + Math.log(sum);
  }
}
