package io.taustream.student.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.taustream.storage.label.Sampled;
import io.taustream.storage.label.SampledLabelBatch;
import io.taustream.storage.sample.SampleView;
import io.taustream.student.diagnose.SampleOutcomes;
import io.taustream.student.train.TestLabels;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.Test;

class SampledReferenceTest {
  private static final List<Float> TEMPERATURES = List.of(1f, 4f);

  private static SampledLabelBatch labels(RootAllocator allocator, float[] t, int n, float drawn) {
    List<SampleView> row = List.of(new SampleView("s.tar", 0, "k", 0, 0, 0));
    Sampled encoding = new Sampled(n, drawn, TEMPERATURES);
    return TestLabels.sampled(row, FloatBuffer.wrap(t), encoding, allocator);
  }

  /** Few values, so that there are ties. */
  private static float[] row(Random random, int classes) {
    float[] row = new float[classes];
    for (int c = 0; c < classes; c++) {
      row[c] = random.nextInt(6) / 2f;
    }
    return row;
  }

  private static float kl(TeacherReference reference, float[] student) {
    SampleOutcomes.Builder outcomes = new SampleOutcomes.Builder();
    reference.read(0, student);
    reference.addOutcome(true, outcomes);
    return ByteBuffer.wrap(outcomes.build().toBytes()).order(ByteOrder.LITTLE_ENDIAN).getFloat();
  }

  @Property(tries = 50)
  void isTheDenseOneWhereEveryClassIsDrawn(
      @ForAll Random random, @ForAll @IntRange(min = 2, max = 8) int classes) {
    float[] s = row(random, classes);
    float[] t = row(random, classes);
    KendallTauB kendall = new KendallTauB(classes);
    try (RootAllocator allocator = new RootAllocator();
        SampledLabelBatch labels = labels(allocator, t, 255, 4)) {
      TeacherReference sampled = TeacherReference.of(labels);
      TeacherReference dense = TeacherReference.dense(FloatBuffer.wrap(t), classes);
      sampled.read(0, s);
      dense.read(0, s);

      assertThat(sampled.prediction()).isEqualTo(dense.prediction());
      assertThat(sampled.tau(kendall)).isEqualTo(dense.tau(kendall));
      assertThat(kl(sampled, s)).isCloseTo(kl(dense, s), within(1e-5f));
    }
  }

  @Property(tries = 50)
  void findsAtMostTheDivergenceOfAllClasses(
      @ForAll Random random, @ForAll @IntRange(min = 2, max = 12) int classes) {
    float[] s = row(random, classes);
    float[] t = row(random, classes);
    try (RootAllocator allocator = new RootAllocator();
        SampledLabelBatch labels = labels(allocator, t, 3, 1)) {
      TeacherReference sampled = TeacherReference.of(labels);

      assertThat(kl(sampled, s))
          .isLessThanOrEqualTo(kl(TeacherReference.dense(FloatBuffer.wrap(t), classes), s) + 1e-5f);
      assertThat(kl(sampled, t)).isCloseTo(0, within(1e-5f));
    }
  }

  @Test
  void theTeachersFirstClassIsKnownThoughItWasNotDrawn() {
    float[] t = new float[100];
    t[70] = 0.5f;
    try (RootAllocator allocator = new RootAllocator();
        SampledLabelBatch labels = labels(allocator, t, 2, 4)) {
      assertThat(labels.columns().indices().get(0)).isNotEqualTo(70);
      TeacherReference reference = TeacherReference.of(labels);
      float[] student = new float[100];
      student[70] = 1;
      reference.read(0, student);

      assertThat(reference.prediction()).isEqualTo(70);
      assertThat(reference.tau(new KendallTauB(100)).getAsDouble()).isEqualTo(1);
    }
  }

  @Test
  void oneKnownClassHasNoOrder() {
    float[] t = new float[10];
    t[3] = 60;
    try (RootAllocator allocator = new RootAllocator();
        SampledLabelBatch labels = labels(allocator, t, 5, 1)) {
      TeacherReference reference = TeacherReference.of(labels);
      reference.read(0, t);

      assertThat(reference.tau(new KendallTauB(10))).isEmpty();
      assertThat(kl(reference, t)).isCloseTo(0, within(1e-5f));
    }
  }
}
