package io.taustream.student.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.taustream.storage.TaustreamException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.apache.arrow.memory.util.Float16;
import org.junit.jupiter.api.Test;

/** Where formulas divide by zero, overflow or have no slope; and what must hold of a ranking. */
class LossEdgeCaseTest {
  private static List<Loss> everyLoss() {
    List<Loss> losses = new ArrayList<>();
    losses.add(new CrossEntropy());
    losses.add(new KullbackLeibler(4, false));
    losses.add(new KullbackLeibler(2, true));
    losses.add(new DecoupledDistillation(1, 8, 4, false));
    losses.add(new DecoupledDistillation(1, 2, 2, true));
    losses.add(new Dist(1, 1, 4));
    losses.add(new MultiLevel(List.of(1.0, 4.0), false));
    losses.add(new MultiLevel(List.of(2.0, 3.0, 4.0, 5.0, 6.0), true));
    losses.add(new CurriculumTemperature(1, 20, 1, 10, false));
    losses.add(new CurriculumTemperature(0.5, 2, 1, 10, true));
    for (Surrogate surrogate : Surrogate.values()) {
      for (Pairing pairing : Pairing.values()) {
        losses.add(new KendallTau(surrogate, pairing, 5));
      }
    }
    return losses;
  }

  private static LossProbe probe(Loss loss, double[] student, double[] teacher) {
    return LossProbe.of(
        loss,
        DataType.FLOAT32,
        student.length,
        student,
        teacher,
        new long[] {student.length - 1},
        7,
        Map.of());
  }

  @Test
  void isFiniteForHugeLogitsTiesAndFewClasses() {
    double[][][] pairs = {
      {{0.3}, {-2}},
      {{1e4}, {1e4}},
      {{0.5, 0.5}, {1, 1}},
      {{1e4, -1e4}, {-1e4, 1e4}},
      {{0, 0, 0, 0}, {0, 0, 0, 0}},
      {{0.1, 0.1, 0.1}, {3, -1, 2}},
      {{1e4, -1e4, 1e4, 0}, {1e4, 1e4, -1e4, 1}},
      {{5, 4, 3, 2}, {5, 4, 3, 2}},
    };
    for (Loss loss : everyLoss()) {
      for (double[][] pair : pairs) {
        LossProbe probe = probe(loss, pair[0], pair[1]);
        assertThat(probe.isFinite())
            .as("%s of %s: %s", loss, Arrays.deepToString(pair), probe)
            .isTrue();
      }
    }
  }

  @Test
  void isFiniteForBatchesOfTiesAndRoundedLabels() {
    Random random = new Random(5);
    double[] s = random.doubles(4 * 6, -8, 8).toArray();
    double[] rounded =
        Arrays.stream(s)
            .map(x -> Float16.toFloat(Float16.toFloat16((float) (x + random.nextGaussian()))))
            .toArray();
    // Rows 0 and 1 are alike, row 2 is constant, in row 3 student and teacher are the same.
    System.arraycopy(rounded, 0, rounded, 6, 6);
    Arrays.fill(rounded, 12, 18, 65_504);
    System.arraycopy(rounded, 18, s, 18, 6);
    for (Loss loss : everyLoss()) {
      LossProbe probe =
          LossProbe.of(
              loss, DataType.FLOAT32, 6, s, rounded, new long[] {0, -1, 5, 2}, 7, Map.of());
      assertThat(probe.isFinite()).as("%s: %s", loss, probe).isTrue();
      assertThat(
              LossProbe.of(
                      loss, DataType.FLOAT32, 6, s, s, new long[] {-1, -1, -1, -1}, 7, Map.of())
                  .isFinite())
          .as("%s of identical logits", loss)
          .isTrue();
    }
  }

  @Test
  void staysFiniteWhereTheLearnedTemperatureIsAtItsBounds() {
    for (double theta : new double[] {-200, 200}) {
      LossProbe probe =
          LossProbe.of(
              new CurriculumTemperature(1, 20, 1, 10, false),
              DataType.FLOAT32,
              3,
              new double[] {1e4, -1e4, 3},
              new double[] {-1e4, 1e4, 3},
              new long[] {0},
              20,
              Map.of("ctkd.theta", theta));
      assertThat(probe.isFinite()).as("%s", probe).isTrue();
    }
  }

  @Test
  void countsNoPairWhereThereIsOneClass() {
    LossProbe probe =
        probe(new KendallTau(Surrogate.TANH, Pairing.SIGN, 1), new double[] {3}, new double[] {4});

    assertThat(probe.value()).isZero();
    assertThat(probe.gradient()).containsExactly(0.0);
  }

  @Test
  void everySurrogateHasItsSlopeAtAStudentTie() {
    Map<Surrogate, Double> slopes =
        Map.of(
            Surrogate.TANH, 1.0,
            Surrogate.ARCTAN, 2 / Math.PI,
            Surrogate.ALGEBRAIC, 1.0,
            Surrogate.SOFTSIGN, 1.0,
            Surrogate.ERF, 2 / Math.sqrt(Math.PI),
            Surrogate.LAPLACE, 1.0);
    for (Surrogate surrogate : Surrogate.values()) {
      LossProbe probe =
          probe(
              new KendallTau(surrogate, Pairing.SIGN, 1),
              new double[] {0.7, 0.7},
              new double[] {2, 1});

      double slope = slopes.get(surrogate);
      assertThat(probe.gradient().get(0)).as(surrogate.label()).isCloseTo(-slope, within(1e-6));
      assertThat(probe.gradient().get(1)).as(surrogate.label()).isCloseTo(slope, within(1e-6));
    }
  }

  @Test
  void crossEntropyLeavesOutRowsWithoutALabel() {
    double[] logits = {1, 2, 3, 0.5, -1, 4};
    LossProbe both =
        LossProbe.of(new CrossEntropy(), DataType.FLOAT64, 3, logits, logits, new long[] {-1, 2});
    LossProbe alone =
        LossProbe.of(
            new CrossEntropy(),
            DataType.FLOAT64,
            3,
            new double[] {0.5, -1, 4},
            new double[] {0.5, -1, 4},
            new long[] {2});

    assertThat(both.value()).isEqualTo(alone.value());
    assertThat(both.gradient().subList(0, 3)).containsExactly(0.0, 0.0, 0.0);
    assertThat(both.gradient().subList(3, 6)).isEqualTo(alone.gradient());
  }

  @Test
  void crossEntropyOfNoLabelIsZero() {
    double[] logits = {1, 2, 3};
    LossProbe probe =
        LossProbe.of(new CrossEntropy(), DataType.FLOAT32, 3, logits, logits, new long[] {-1});

    assertThat(probe.value()).isZero();
    assertThat(probe.gradient()).allMatch(g -> g == 0);
  }

  @Test
  void namesTheLossThatMissesItsTeacher() {
    try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
      LossInput input =
          new LossInput(
              manager.zeros(new Shape(1, 3)), Optional.empty(), manager.create(new long[] {0}));

      assertThatThrownBy(() -> new KullbackLeibler(4, false).value(input))
          .isInstanceOf(TaustreamException.class)
          .hasMessageContaining("'kl' needs teacher logits");
    }
  }

  @Test
  void refusesATeacherOfAnotherClassCount() {
    try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
      assertThatThrownBy(
              () ->
                  new LossInput(
                      manager.zeros(new Shape(1, 3)),
                      Optional.of(TeacherLogits.dense(manager.zeros(new Shape(1, 4)))),
                      manager.create(new long[] {0})))
          .isInstanceOf(TaustreamException.class)
          .hasMessageContaining("(1, 4)")
          .hasMessageContaining("(1, 3)");
    }
  }

  @Test
  void sumsItsTermsByWeightAndTellsNamesakesApart() {
    try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
      LossInput input =
          new LossInput(
              manager.create(new float[][] {{1, 2, 3}}),
              Optional.of(TeacherLogits.dense(manager.create(new float[][] {{2, 1, 5}}))),
              manager.create(new long[] {1}));
      WeightedLoss loss =
          new WeightedLoss(
              List.of(
                  new WeightedLoss.Term(new CrossEntropy(), 0.25),
                  new WeightedLoss.Term(new KullbackLeibler(1, false), 2),
                  new WeightedLoss.Term(new KullbackLeibler(4, false), 3)));

      WeightedLoss.Value value = loss.value(input);

      assertThat(value.terms().keySet()).containsExactly("ce", "kl", "kl-2");
      double expected =
          0.25 * value.terms().get("ce").getFloat()
              + 2 * value.terms().get("kl").getFloat()
              + 3 * value.terms().get("kl-2").getFloat();
      assertThat((double) value.total().getFloat()).isCloseTo(expected, within(1e-5));
      assertThat(loss.needsTeacher()).isTrue();
    }
  }

  @Property(tries = 20)
  void rankingIgnoresAShiftOfTheStudent(
      @ForAll Random random, @ForAll @IntRange(min = 2, max = 12) int classes) {
    KendallTau loss = new KendallTau(Surrogate.ERF, Pairing.FACTORED, 1.5);
    double[] s = random.doubles(classes, -3, 3).toArray();
    double[] t = random.doubles(classes, -3, 3).toArray();
    double[] shifted = Arrays.stream(s).map(x -> x + 2).toArray();

    assertThat(probe(loss, shifted, t).value()).isCloseTo(probe(loss, s, t).value(), within(1e-5));
  }

  @Property(tries = 20)
  void rankingAgainstTheNegatedTeacherIsItsMirror(
      @ForAll Random random, @ForAll @IntRange(min = 2, max = 12) int classes) {
    double[] s = random.doubles(classes, -3, 3).toArray();
    double[] t = random.doubles(classes, -3, 3).toArray();
    double[] negated = Arrays.stream(t).map(x -> -x).toArray();
    for (Pairing pairing : Pairing.values()) {
      KendallTau loss = new KendallTau(Surrogate.SOFTSIGN, pairing, 1);

      assertThat(probe(loss, s, t).value() + probe(loss, s, negated).value())
          .isCloseTo(2, within(1e-5));
    }
  }

  @Property(tries = 20)
  void noOrderOfTheTeachersLogitsBeatsItsOwn(
      @ForAll Random random, @ForAll @IntRange(min = 2, max = 10) int classes) {
    double[] t = random.doubles(classes, -3, 3).toArray();
    List<Integer> order = new ArrayList<>(IntStream.range(0, classes).boxed().toList());
    Collections.shuffle(order, random);
    double[] shuffled = order.stream().mapToDouble(i -> t[i]).toArray();
    KendallTau loss = new KendallTau(Surrogate.TANH, Pairing.SIGN, 2);

    assertThat(probe(loss, shuffled, t).value())
        .isGreaterThanOrEqualTo(probe(loss, t, t).value() - 1e-6);
  }
}
