package io.taustream.student.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.types.DataType;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Losses of top-k labels against their definition in plain Java: value and gradient. */
class TopKDefinitionTest {
  private static final double STEP = 0.5;

  @ParameterizedTest
  @CsvSource({"2,1", "5,1", "6,2", "9,4", "9,7", "4,3"})
  void agreeWithTheirDefinition(int classes, int k) {
    int rows = 4;
    Random random = new Random(17L * classes + k);
    double[] s = random.doubles((long) rows * classes, -4, 4).toArray();
    // Labels inside and outside the k.
    double[] t = random.doubles((long) rows * classes, -5, 5).toArray();
    TopKTeacher teacher = new TopKTeacher(classes, k, t);
    long[] y = new long[rows];
    for (int row = 0; row < rows; row++) {
      y[row] = teacher.order(row)[row % 2 == 0 ? 0 : classes - 1];
    }
    PlainTopK plain = new PlainTopK(teacher);
    // Stored temperatures, between two, above and below all.
    for (double temperature : new double[] {4, 3, 20, 0.5}) {
      for (boolean standardize : new boolean[] {false, true}) {
        check(
            new KullbackLeibler(temperature, standardize),
            s,
            teacher,
            y,
            x -> plain.kl(x, temperature, standardize));
        check(
            new DecoupledDistillation(1.5, 8, temperature, standardize),
            s,
            teacher,
            y,
            x -> plain.dkd(x, y, 1.5, 8, temperature, standardize));
        double tau = temperature / 4 + 4 / (1 + Math.exp(-1));
        check(
            new CurriculumTemperature(temperature / 4, 4, 1, 10, standardize),
            s,
            teacher,
            y,
            x -> plain.kl(x, tau, standardize));
      }
      check(new Dist(1, 2, temperature), s, teacher, y, x -> plain.dist(x, 1, 2, temperature));
      check(
          new MultiLevel(List.of(temperature), false),
          s,
          teacher,
          y,
          x -> plain.multiLevel(x, temperature));
    }
    for (Pairing pairing : Pairing.values()) {
      check(
          new KendallTau(Surrogate.SOFTSIGN, pairing, STEP),
          s,
          teacher,
          y,
          x -> plain.kendall(x, pairing, STEP));
    }
  }

  private static void check(
      Loss loss, double[] s, TopKTeacher teacher, long[] y, ToDoubleFunction<double[][]> plain) {
    ToDoubleFunction<double[]> flat =
        x -> plain.applyAsDouble(PlainLosses.rows(x, teacher.classes()));
    double value = flat.applyAsDouble(s);
    double[] gradient = PlainLosses.gradient(flat, s);
    double largest = Arrays.stream(gradient).map(Math::abs).max().orElseThrow();
    for (DataType type : List.of(DataType.FLOAT64, DataType.FLOAT32)) {
      boolean wide = type == DataType.FLOAT64;
      LossProbe probe = LossProbe.of(loss, type, s, teacher, y, 5);
      String name = "%s, %s, k %d of %d".formatted(loss, type, teacher.k(), teacher.classes());
      assertThat(probe.value())
          .as(name)
          .isCloseTo(value, within((wide ? 1e-9 : 1e-4) * Math.max(1, Math.abs(value))));
      for (int i = 0; i < s.length; i++) {
        // The differences that the gradient is compared with are not exact themselves.
        assertThat(probe.gradient().get(i))
            .as("%s, gradient %d", name, i)
            .isCloseTo(gradient[i], within((wide ? 1e-6 : 1e-4) * Math.max(1, largest)));
      }
    }
  }
}
