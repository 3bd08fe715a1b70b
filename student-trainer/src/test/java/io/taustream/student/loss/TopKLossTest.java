package io.taustream.student.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.apache.arrow.memory.util.Float16;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Losses of top-k labels: those of the dense logits where nothing is lost, and finite anywhere. */
class TopKLossTest {
  /** Of 10, so that ctkd's temperature has a gradient. */
  private static final double EPOCH = 5;

  private static List<Loss> everyLoss() {
    List<Loss> losses = new ArrayList<>();
    losses.add(new CrossEntropy());
    for (double temperature : new double[] {0.5, 1, 3, 4, 10}) {
      for (boolean standardize : new boolean[] {false, true}) {
        losses.add(new KullbackLeibler(temperature, standardize));
        losses.add(new DecoupledDistillation(1, 2, temperature, standardize));
      }
      losses.add(new Dist(1, 2, temperature));
      losses.add(new MultiLevel(List.of(2.0, temperature), temperature > 2));
      losses.add(new CurriculumTemperature(temperature / 4, 4, 1, 10, temperature > 2));
    }
    for (Surrogate surrogate : Surrogate.values()) {
      for (Pairing pairing : Pairing.values()) {
        losses.add(new KendallTau(surrogate, pairing, 1.5));
      }
    }
    return losses;
  }

  /** A teacher's logits as the store keeps them. */
  private static double[] halves(Random random, int count, double scale) {
    return random
        .doubles(count, -scale, scale)
        .map(x -> Float16.toFloat(Float16.toFloat16((float) x)))
        .toArray();
  }

  @Property(tries = 15)
  void areThoseOfTheDenseLogitsWhereOneClassIsLeftOut(
      @ForAll Random random, @ForAll @IntRange(min = 2, max = 9) int classes) {
    int rows = 5;
    double[] s = random.doubles(-4, 4).limit((long) rows * classes).toArray();
    double[] t = halves(random, rows * classes, 6);
    long[] labels = random.longs(rows, -1, classes).toArray();
    TopKTeacher topK = new TopKTeacher(classes, classes - 1, t);
    for (Loss loss : everyLoss()) {
      for (DataType type : List.of(DataType.FLOAT64, DataType.FLOAT32)) {
        double tolerance = type == DataType.FLOAT64 ? 1e-9 : 1e-5;
        LossProbe dense = LossProbe.of(loss, type, classes, s, t, labels, EPOCH, Map.of());
        LossProbe found = LossProbe.of(loss, type, s, topK, labels, EPOCH);
        double scale = Math.max(1, Math.abs(dense.value()));

        assertThat(found.value())
            .as("%s, %s", loss, type)
            .isCloseTo(dense.value(), within(tolerance * scale));
        dense
            .learned()
            .forEach(
                (name, expected) ->
                    assertThat(found.learned().get(name))
                        .as("%s, %s, %s", loss, type, name)
                        .isCloseTo(expected, within(tolerance * scale)));
        double slope = dense.gradient().stream().mapToDouble(Math::abs).max().orElseThrow();
        for (int i = 0; i < s.length; i++) {
          assertThat(found.gradient().get(i))
              .as("%s, %s, gradient %d", loss, type, i)
              .isCloseTo(dense.gradient().get(i), within(tolerance * Math.max(1, slope)));
        }
      }
    }
  }

  /** Whatever the teacher's scale: the moments of the rest are stored and not derived. */
  @ParameterizedTest
  @ValueSource(doubles = {1, 2, 4, 8, 16, 32})
  void standardiseByTheMeanAndTheDeviationOfAllLogits(double deviation) {
    int classes = 100;
    Random random = new Random(8);
    double[] t = new double[3 * classes];
    Arrays.setAll(t, i -> (float) (5 + deviation * random.nextGaussian()));
    try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
      NDArray s = manager.zeros(new Shape(3, classes), DataType.FLOAT64);
      TemperatureScaling scaling = TemperatureScaling.at(s, 1, true);
      for (int k : new int[] {1, 10, 50, 98}) {
        TopKTeacher teacher = new TopKTeacher(classes, k, t);
        Events found = teacher.tensors(manager, DataType.FLOAT64).events(s, scaling);
        for (int row = 0; row < 3; row++) {
          double[] all = teacher.row(row);
          double mean = Arrays.stream(all).average().orElseThrow();
          double sigma =
              Math.sqrt(Arrays.stream(all).map(x -> (x - mean) * (x - mean)).sum() / (classes - 1));
          for (int i = 0; i < k; i++) {
            double z = (all[teacher.order(row)[i]] - mean) / (sigma + 1e-7);
            assertThat(found.teacher().getDouble(row, i)).isCloseTo(z, within(1e-6));
          }
        }
      }
    }
  }

  /** Rows on the CPU, merged from some thousand classes on, against tiles in double precision. */
  @ParameterizedTest
  @CsvSource({"600,1", "1200,12", "3000,7", "700,699"})
  void rankManyClassesTheSameByRowsAndByTiles(int classes, int k) {
    Random random = new Random(3);
    double[] s = random.doubles(2L * classes, -4, 4).toArray();
    double[] t = halves(random, 2 * classes, 8);
    TopKTeacher teacher = new TopKTeacher(classes, k, t);
    for (Pairing pairing : Pairing.values()) {
      for (Surrogate surrogate : List.of(Surrogate.TANH, Surrogate.LAPLACE)) {
        KendallTau loss = new KendallTau(surrogate, pairing, 1);
        LossProbe rows = LossProbe.of(loss, DataType.FLOAT32, s, teacher, new long[2], EPOCH);
        LossProbe tiles = LossProbe.of(loss, DataType.FLOAT64, s, teacher, new long[2], EPOCH);

        assertThat(rows.value()).as("%s", loss).isCloseTo(tiles.value(), within(1e-5));
        double largest = tiles.gradient().stream().mapToDouble(Math::abs).max().orElseThrow();
        for (int i = 0; i < s.length; i++) {
          assertThat(rows.gradient().get(i))
              .as("%s, gradient %d", loss, i)
              .isCloseTo(tiles.gradient().get(i), within(1e-4 * largest));
        }
      }
    }
  }

  @Property(tries = 10)
  void areFiniteAtAnyK(
      @ForAll Random random,
      @ForAll @IntRange(min = 2, max = 12) int classes,
      @ForAll @IntRange(min = 1, max = 11) int most) {
    int k = Math.min(most, classes - 1);
    for (double scale : new double[] {0, 3, 1e4}) {
      double[] s = random.doubles(-1, 1).limit(2L * classes).map(x -> x * scale).toArray();
      double[] t = halves(random, 2 * classes, 1);
      for (int i = 0; i < t.length; i++) {
        // Few values: ties within the k, and at their end.
        t[i] = Math.rint(2 * t[i]) * scale;
      }
      requireFinite(s, new TopKTeacher(classes, k, t), random.longs(2, -1, classes).toArray());
    }
  }

  /** A teacher that masks classes gives them logits of any size. */
  @ParameterizedTest
  @ValueSource(doubles = {-1e9, -1e30, -3e38})
  void areFiniteStandardisedWhereClassesAreMasked(double masked) {
    double[] t = {3, 1, 2, masked, masked, masked, 0.5, 1, 0, 2, masked, masked};
    double[] s = new Random(4).doubles(t.length, -2, 2).toArray();
    // The k themselves are no masked classes, which float16 could not hold.
    for (int k = 1; k < 4; k++) {
      TopKTeacher teacher = new TopKTeacher(6, k, t);
      for (Loss loss :
          List.of(
              new KullbackLeibler(4, true),
              new DecoupledDistillation(1, 2, 4, true),
              new CurriculumTemperature(1, 20, 1, 10, true))) {
        assertThat(
                LossProbe.of(loss, DataType.FLOAT32, s, teacher, new long[] {0, 4}, EPOCH)
                    .isFinite())
            .as("%s, k = %d", loss, k)
            .isTrue();
      }
    }
  }

  @Test
  void areFiniteWhereAllLogitsAreTheSame() {
    for (double logit : new double[] {0, 1e4, -1e4}) {
      double[] same = new double[6];
      Arrays.fill(same, logit);
      for (int k = 1; k < 3; k++) {
        requireFinite(same, new TopKTeacher(3, k, same), new long[] {0, 2});
      }
    }
  }

  private static void requireFinite(double[] s, TopKTeacher teacher, long[] labels) {
    for (Loss loss : everyLoss()) {
      LossProbe probe = LossProbe.of(loss, DataType.FLOAT32, s, teacher, labels, EPOCH);
      assertThat(probe.isFinite()).as("%s of %s: %s", loss, teacher, probe).isTrue();
    }
  }
}
