package io.taustream.student.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.types.DataType;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Losses against the same formulas in plain double-precision Java: value and gradient. */
class PlainLossTest {
  private static final double SINGLE = 1e-4;
  private static final double DOUBLE = 1e-9;

  @ParameterizedTest
  @CsvSource({"1,2", "1,7", "5,2", "5,3", "3,9", "12,5"})
  void multiLevelAgrees(int batch, int classes) {
    double[] temperatures = {2, 3, 4, 5, 6};
    List<Double> list = Arrays.stream(temperatures).boxed().toList();
    for (boolean standardize : new boolean[] {false, true}) {
      Case data = new Case(batch, classes);
      data.check(
          new MultiLevel(list, standardize),
          s ->
              PlainLosses.multiLevel(
                  PlainLosses.rows(s, classes), data.teacher(), temperatures, standardize));
    }
  }

  @ParameterizedTest
  @CsvSource({"1,2", "4,6", "7,3"})
  void standardisedKlAgrees(int batch, int classes) {
    Case data = new Case(batch, classes);
    data.check(
        new KullbackLeibler(2.5, true),
        s ->
            PlainLosses.kl(
                PlainLosses.standardized(PlainLosses.rows(s, classes)),
                PlainLosses.standardized(data.teacher()),
                2.5));
  }

  @ParameterizedTest
  @CsvSource({"1,3", "4,6", "7,3"})
  void standardisedDkdAgrees(int batch, int classes) {
    Case data = new Case(batch, classes);
    data.check(
        new DecoupledDistillation(1.5, 8, 2, true),
        s ->
            PlainLosses.dkd(
                PlainLosses.standardized(PlainLosses.rows(s, classes)),
                PlainLosses.standardized(data.teacher()),
                data.y,
                1.5,
                8,
                2));
  }

  @ParameterizedTest
  @CsvSource({"1,2,1.0", "4,6,0.3", "7,3,-2.0"})
  void curriculumTemperatureAgrees(int batch, int classes, double theta) {
    Case data = new Case(batch, classes);
    for (boolean standardize : new boolean[] {false, true}) {
      double[][] t = standardize ? PlainLosses.standardized(data.teacher()) : data.teacher();
      data.check(
          new CurriculumTemperature(1, 20, 1, 10, standardize),
          s -> {
            double[][] rows = PlainLosses.rows(s, classes);
            return PlainLosses.curriculum(
                standardize ? PlainLosses.standardized(rows) : rows, t, theta, 1, 20);
          },
          theta);
    }
  }

  @Property(tries = 10)
  void onlyDifferencesWithinARowCount(
      @ForAll @IntRange(min = 1, max = 6) int batch,
      @ForAll @IntRange(min = 2, max = 9) int classes) {
    Case data = new Case(batch, classes);
    double[] shifted = data.s.clone();
    for (int i = 0; i < shifted.length; i++) {
      shifted[i] += 3 * (i / classes) - 5;
    }
    for (Loss loss : softLosses()) {
      LossProbe probe = data.probe(loss, DataType.FLOAT64, 4, Map.of());
      LossProbe moved =
          LossProbe.of(loss, DataType.FLOAT64, classes, shifted, data.t, data.y, 4, Map.of());

      assertThat(moved.value()).as("%s", loss).isCloseTo(probe.value(), within(1e-9));
    }
  }

  @Property(tries = 10)
  void nothingIsLeftToLearnFromAnEqual(
      @ForAll @IntRange(min = 1, max = 6) int batch,
      @ForAll @IntRange(min = 1, max = 9) int classes) {
    Case data = new Case(batch, classes);
    for (Loss loss : softLosses()) {
      LossProbe probe =
          LossProbe.of(loss, DataType.FLOAT64, classes, data.s, data.s, data.y, 4, Map.of());

      assertThat(probe.value()).as("%s", loss).isCloseTo(0, within(1e-12));
      assertThat(probe.gradient()).as("%s", loss).allMatch(g -> Math.abs(g) < 1e-12);
    }
  }

  private static List<Loss> softLosses() {
    return List.of(
        new KullbackLeibler(4, true),
        new DecoupledDistillation(1, 8, 4, false),
        new MultiLevel(List.of(2.0, 6.0), false),
        new CurriculumTemperature(1, 20, 1, 10, false));
  }

  @Test
  void theLearnedTemperatureHasTheReversedGradient() {
    int classes = 6;
    Case data = new Case(5, classes);
    double theta = -1.2;
    double slope =
        PlainLosses.gradient(
            x ->
                PlainLosses.curriculum(
                    PlainLosses.rows(data.s, classes), data.teacher(), x[0], 1, 20),
            new double[] {theta})[0];
    assertThat(Math.abs(slope)).isGreaterThan(1e-3);
    CurriculumTemperature loss = new CurriculumTemperature(1, 20, 0.8, 10, false);
    for (double epoch : new double[] {0, 2.5, 5, 10, 30}) {
      double lambda = 0.8 * (1 - Math.cos(Math.PI * Math.min(epoch, 10) / 10)) / 2;

      LossProbe probe = data.probe(loss, DataType.FLOAT64, epoch, Map.of("ctkd.theta", theta));

      assertThat(probe.learned().get("ctkd.theta"))
          .as("epoch %s", epoch)
          .isCloseTo(-lambda * slope, within(DOUBLE));
    }
  }

  /** Logits and labels of one shape. */
  private static final class Case {
    final int classes;
    final double[] s;
    final double[] t;
    final long[] y;

    Case(int batch, int classes) {
      Random random = new Random(31L * batch + classes);
      this.classes = classes;
      this.s = random.doubles((long) batch * classes, -4, 4).toArray();
      this.t = random.doubles((long) batch * classes, -4, 4).toArray();
      this.y = random.longs(batch, 0, classes).toArray();
    }

    double[][] teacher() {
      return PlainLosses.rows(t, classes);
    }

    LossProbe probe(Loss loss, DataType type, double epoch, Map<String, Double> learned) {
      return LossProbe.of(loss, type, classes, s, t, y, epoch, learned);
    }

    void check(Loss loss, ToDoubleFunction<double[]> plain) {
      check(loss, plain, 1);
    }

    void check(Loss loss, ToDoubleFunction<double[]> plain, double theta) {
      double value = plain.applyAsDouble(s);
      double[] gradient = PlainLosses.gradient(plain, s);
      double largest = Arrays.stream(gradient).map(Math::abs).max().orElseThrow();
      for (DataType type : new DataType[] {DataType.FLOAT64, DataType.FLOAT32}) {
        double tolerance = type == DataType.FLOAT64 ? DOUBLE : SINGLE;
        LossProbe probe = probe(loss, type, 3, Map.of("ctkd.theta", theta));
        String name = loss + " in " + type;
        assertThat(probe.value())
            .as(name)
            .isCloseTo(value, within(tolerance * Math.max(value, 1e-2)));
        for (int i = 0; i < s.length; i++) {
          assertThat(probe.gradient().get(i))
              .as("%s, gradient %d", name, i)
              .isCloseTo(gradient[i], within(tolerance * Math.max(largest, 1e-2)));
        }
      }
    }
  }
}
