package io.taustream.student.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.taustream.storage.label.TopK;
import io.taustream.storage.label.TopKColumns;
import io.taustream.storage.label.TopKLabelBatch;
import io.taustream.storage.sample.SampleView;
import io.taustream.student.diagnose.SampleOutcomes;
import io.taustream.student.loss.KullbackLeibler;
import io.taustream.student.loss.LossInput;
import io.taustream.student.loss.TeacherLogits;
import io.taustream.student.train.TestLabels;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.Test;

class TopKReferenceTest {
  private static final List<Float> TEMPERATURES = List.of(1f, 2f, 4f, 8f);

  private static TopKLabelBatch labels(RootAllocator allocator, float[] t, int k) {
    return labels(allocator, t, new TopK(k, TEMPERATURES));
  }

  private static TopKLabelBatch labels(RootAllocator allocator, float[] t, TopK encoding) {
    List<SampleView> row = List.of(new SampleView("s.tar", 0, "k", 0, 0, 0));
    return TestLabels.topK(row, FloatBuffer.wrap(t), encoding, allocator);
  }

  private static int[] order(float[] t) {
    return IntStream.range(0, t.length)
        .boxed()
        .sorted(Comparator.comparingDouble((Integer c) -> -t[c]))
        .mapToInt(Integer::intValue)
        .toArray();
  }

  /** Few values, so that there are ties. */
  private static float[] row(Random random, int classes) {
    float[] row = new float[classes];
    for (int c = 0; c < classes; c++) {
      row[c] = random.nextInt(6) / 2f;
    }
    return row;
  }

  private static byte[] outcome(TeacherReference reference, float[] student) {
    SampleOutcomes.Builder outcomes = new SampleOutcomes.Builder();
    reference.read(0, student);
    reference.addOutcome(true, outcomes);
    return outcomes.build().toBytes();
  }

  private static float kl(byte[] outcome) {
    return ByteBuffer.wrap(outcome).order(ByteOrder.LITTLE_ENDIAN).getFloat();
  }

  @Property(tries = 50)
  void isTheDenseOneWhereOneClassIsLeftOut(
      @ForAll Random random, @ForAll @IntRange(min = 2, max = 12) int classes) {
    float[] s = row(random, classes);
    float[] t = row(random, classes);
    KendallTauB kendall = new KendallTauB(classes);
    try (RootAllocator allocator = new RootAllocator();
        TopKLabelBatch labels = labels(allocator, t, classes - 1)) {
      TeacherReference topK = TeacherReference.of(labels);
      TeacherReference dense = TeacherReference.dense(FloatBuffer.wrap(t), classes);
      topK.read(0, s);
      dense.read(0, s);

      assertThat(topK.prediction()).isEqualTo(dense.prediction());
      assertThat(topK.tau(kendall)).isEqualTo(dense.tau(kendall));
      assertThat(kl(outcome(topK, s))).isCloseTo(kl(outcome(dense, s)), within(1e-5f));
    }
  }

  @Property(tries = 50)
  void ranksByThePairsWhoseOrderIsKnown(
      @ForAll Random random,
      @ForAll @IntRange(min = 3, max = 12) int classes,
      @ForAll @IntRange(min = 1, max = 11) int most) {
    int k = Math.min(most, classes - 1);
    float[] s = row(random, classes);
    float[] t = row(random, classes);
    int[] order = order(t);
    // No tie at the end of the k, where the label does not tell a tie from a class before another.
    for (int i = 0; i < k; i++) {
      t[order[i]] += 10;
    }
    long sum = 0;
    long orderedByStudent = 0;
    long orderedByTeacher = 0;
    for (int i = 0; i < k; i++) {
      for (int j = i + 1; j < classes; j++) {
        float signS = Math.signum(s[order[i]] - s[order[j]]);
        float signT = Math.signum(t[order[i]] - t[order[j]]);
        sum += (long) (signS * signT);
        orderedByStudent += signS == 0 ? 0 : 1;
        orderedByTeacher += signT == 0 ? 0 : 1;
      }
    }
    try (RootAllocator allocator = new RootAllocator();
        TopKLabelBatch labels = labels(allocator, t, k)) {
      TeacherReference reference = TeacherReference.of(labels);
      reference.read(0, s);
      var found = reference.tau(new KendallTauB(classes));

      if (orderedByStudent == 0 || orderedByTeacher == 0) {
        assertThat(found).isEmpty();
      } else {
        assertThat(found.getAsDouble())
            .isCloseTo(
                sum / Math.sqrt((double) orderedByStudent * orderedByTeacher), within(1e-12));
      }
    }
  }

  @Test
  void aStudentWithTheTeachersOrderHasOne() {
    float[] t = {5, 4, 3, 2, 1, 0};
    try (RootAllocator allocator = new RootAllocator();
        TopKLabelBatch labels = labels(allocator, t, 2)) {
      TeacherReference reference = TeacherReference.of(labels);
      reference.read(0, new float[] {9, 8, 1, 2, 3, 4});

      assertThat(reference.prediction()).isZero();
      assertThat(reference.tau(new KendallTauB(6)).getAsDouble()).isEqualTo(1);
      assertThat(kl(outcome(reference, t))).isCloseTo(0, within(1e-6f));
      assertThat(kl(outcome(reference, new float[] {0, 1, 2, 3, 4, 5}))).isGreaterThan(0.1f);
    }
  }

  /** At T = 4, which is stored, between what is stored, or below all of it. */
  @Property(tries = 20)
  void findsTheDivergenceThatTheLossFinds(
      @ForAll Random random,
      @ForAll @IntRange(min = 3, max = 12) int classes,
      @ForAll @IntRange(min = 1, max = 11) int most) {
    int k = Math.min(most, classes - 1);
    float[] s = row(random, classes);
    float[] t = row(random, classes);
    for (List<Float> temperatures :
        List.of(TEMPERATURES, List.of(8f, 1f, 2f), List.of(1f), List.of(5f, 8f), List.of(8f))) {
      TopK encoding = new TopK(k, temperatures);
      try (RootAllocator allocator = new RootAllocator();
          TopKLabelBatch labels = labels(allocator, t, encoding);
          NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
        TopKColumns columns = labels.columns();
        TeacherLogits teacher =
            TeacherLogits.topK(
                manager.create(columns.indices(), new Shape(1, k), DataType.INT32),
                manager.create(columns.logits(), new Shape(1, k), DataType.FLOAT32),
                manager.create(columns.restLogSumExp(), new Shape(1, temperatures.size())),
                manager.create(columns.restMoments(), new Shape(1, 2)),
                temperatures.stream().mapToDouble(Float::doubleValue).toArray(),
                classes);
        NDArray loss =
            new KullbackLeibler(4, false)
                .value(
                    new LossInput(
                        manager.create(s, new Shape(1, classes)),
                        Optional.of(teacher),
                        manager.create(new long[1])));

        assertThat(kl(outcome(TeacherReference.of(labels), s)))
            .as("%s", encoding)
            .isCloseTo(loss.getFloat() / 16, within(1e-5f));
      }
    }
  }
}
