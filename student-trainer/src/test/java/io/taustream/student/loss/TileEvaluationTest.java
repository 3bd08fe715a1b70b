package io.taustream.student.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.taustream.student.model.Autograd;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Tiles of tensors, as GPUs have them, on the CPU in both precisions. */
class TileEvaluationTest {
  private static final DataType[] TYPES = {DataType.FLOAT32, DataType.FLOAT64};

  static Stream<Arguments> everyForm() {
    return Stream.of(Surrogate.values())
        .flatMap(f -> Stream.of(Pairing.values()).map(pairing -> Arguments.of(f, pairing)));
  }

  /** A value with its gradient. */
  private record Outcome(double value, List<Double> gradient) {
    double largest() {
      return gradient.stream().mapToDouble(Math::abs).max().orElseThrow();
    }

    double sum() {
      return gradient.stream().mapToDouble(Double::doubleValue).sum();
    }
  }

  private static Outcome tiles(
      DataType type, Surrogate f, Pairing pairing, double k, double[] s, double[] t, int classes) {
    Shape shape = new Shape(s.length / classes, classes);
    try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
      NDArray student = manager.create(s, shape).toType(type, true);
      NDArray teacher = manager.create(t, shape).toType(type, true);
      TauEvaluation.Result result =
          Autograd.pause(
              () -> new TileEvaluation(f, pairing, k).evaluate(student, teacher, classes));
      assertThat(result.value().getDataType()).isEqualTo(type);
      double[] gradient = result.gradient().toType(DataType.FLOAT64, true).toDoubleArray();
      return new Outcome(
          result.value().toType(DataType.FLOAT64, true).toDoubleArray()[0],
          Arrays.stream(gradient).boxed().toList());
    }
  }

  /** By autograd of the definition, in double precision. */
  private static Outcome definition(
      Surrogate f, Pairing pairing, double k, double[] s, double[] t, int classes) {
    LossProbe probe =
        LossProbe.of(
            new PlainKendall(f, pairing, k),
            DataType.FLOAT64,
            classes,
            s,
            t,
            new long[s.length / classes]);
    return new Outcome(probe.value(), probe.gradient());
  }

  private static void assertAgree(
      Surrogate f, Pairing pairing, double k, double[] s, double[] t, int classes) {
    Outcome expected = definition(f, pairing, k, s, t, classes);
    for (DataType type : TYPES) {
      boolean single = type == DataType.FLOAT32;
      Outcome found = tiles(type, f, pairing, k, s, t, classes);

      assertThat(found.value())
          .as("%s of %s", type, Arrays.toString(s))
          .isCloseTo(expected.value(), within(single ? 1e-6 : 1e-12));
      // Of a saturated pair autograd has 1 − tanh², an ulp or nothing, times k·Δt up to 10⁵.
      double error = single ? 1e-5 * expected.largest() + 1e-9 : 1e-11 * expected.largest() + 1e-11;
      for (int i = 0; i < s.length; i++) {
        assertThat(found.gradient().get(i))
            .as("%s gradient %d of %s, %s", type, i, Arrays.toString(s), Arrays.toString(t))
            .isCloseTo(expected.gradient().get(i), within(error));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("everyForm")
  void agreesWithTheDefinitionForHugeLogitsTiesAndTwoClasses(Surrogate f, Pairing pairing) {
    double[][][] pairs = {
      {{0.5, 0.5}, {1, 1}},
      {{0.5, 0.5}, {1, -1}},
      {{1e4, -1e4}, {-1e4, 1e4}},
      {{1e4, -1e4}, {1e4, -1e4}},
      {{0.25, -0.5}, {1e4, -1e4}},
      {{2, -2}, {1e4, -1e4}},
      // Near saturation, with a large factor behind the slope.
      {{0x1p-12, 0}, {1e4, -1e4}},
      {{0x1p-12, 0, -0x1p-13}, {1e4, -1e4, 0}},
      {{0, 0, 0, 0}, {0, 0, 0, 0}},
      {{0.25, 0.25, 0.25}, {3, -1, 2}},
      {{3, -1, 2}, {0.25, 0.25, 0.25}},
      {{1e4, -1e4, 1e4, 0}, {1e4, 1e4, -1e4, 1}},
      {{5, 4, 3, 2}, {5, 4, 3, 2}},
      {{8, 4, 1, -2, -7.5, -8}, {6, 7, 1, 1, -2, -16}},
      {{3, 2.5, 2, 1.5, 1, 0.5}, {-1e4, 1e4, -5e3, 0, 1, 1e4}},
      {{1e4, -1e4, 1e4, 0, 4, -4}, {4, 4, 1, 0, -4, 2}},
    };
    for (double[][] pair : pairs) {
      for (double k : new double[] {0.25, 1, 4}) {
        assertAgree(f, pairing, k, pair[0], pair[1], pair[0].length);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void isTheSignWhereASquareOverflows(Surrogate f) {
    double[] logits = {1e4, -1e4};

    Outcome found = tiles(DataType.FLOAT32, f, Pairing.PRODUCT, 1e12, logits, logits, 2);

    assertThat(found.value()).isCloseTo(0, within(1e-6));
    assertThat(found.largest()).isLessThan(1e-12);
  }

  @ParameterizedTest
  @MethodSource("everyForm")
  void agreesWithTheDefinitionForABatch(Surrogate f, Pairing pairing) {
    Random random = new Random(8);
    assertAgree(f, pairing, 0.5, logits(random, 3 * 40), logits(random, 3 * 40), 40);
  }

  @ParameterizedTest
  @MethodSource("everyForm")
  void keepsWhatMustHoldOfARanking(Surrogate f, Pairing pairing) {
    int classes = 24;
    for (int seed = 0; seed < 3; seed++) {
      Random random = new Random(seed);
      double[] s = logits(random, classes);
      double[] t = logits(random, classes);
      for (DataType type : TYPES) {
        double error = type == DataType.FLOAT32 ? 2e-6 : 1e-12;
        Outcome outcome = tiles(type, f, pairing, 1, s, t, classes);
        assertThat(outcome.sum()).isCloseTo(0, within(error * Math.max(1, outcome.largest())));

        // Shifts.
        double[] shifted = map(s, x -> x + 4);
        assertThat(tiles(type, f, pairing, 1, shifted, map(t, x -> x - 2), classes).value())
            .isCloseTo(outcome.value(), within(error));

        // Antisymmetry in either.
        double[] mirrored = map(s, x -> -x);
        assertThat(tiles(type, f, pairing, 1, mirrored, t, classes).value())
            .isCloseTo(2 - outcome.value(), within(error));
        assertThat(tiles(type, f, pairing, 1, s, map(t, x -> -x), classes).value())
            .isCloseTo(2 - outcome.value(), within(error));

        // f(k·Δs·Δt) takes the scale of one, f(k·Δs)·f(k·Δt) that of both.
        double[] scaledTeacher = pairing == Pairing.FACTORED ? map(t, x -> 2 * x) : t;
        Outcome scaled = tiles(type, f, pairing, 0.5, map(s, x -> 2 * x), scaledTeacher, classes);
        assertThat(scaled.value()).isCloseTo(outcome.value(), within(error));
        for (int i = 0; i < classes; i++) {
          assertThat(2 * scaled.gradient().get(i))
              .isCloseTo(outcome.gradient().get(i), within(10 * error * outcome.largest()));
        }

        // No order of the teacher's logits is better than its own.
        double best = tiles(type, f, pairing, 1, t, t, classes).value();
        double[] shuffled = t.clone();
        for (int i = classes - 1; i > 0; i--) {
          int j = random.nextInt(i + 1);
          double swapped = shuffled[i];
          shuffled[i] = shuffled[j];
          shuffled[j] = swapped;
        }
        assertThat(tiles(type, f, pairing, 1, shuffled, t, classes).value())
            .isGreaterThanOrEqualTo(best - error);
      }
    }
  }

  private static double[] map(double[] logits, DoubleUnaryOperator change) {
    return Arrays.stream(logits).map(change).toArray();
  }

  /**
   * Logits with ties among them, none with more digits than a float keeps when they are shifted.
   */
  private static double[] logits(Random random, int count) {
    return IntStream.range(0, count)
        .mapToDouble(
            i ->
                random.nextInt(5) == 0
                    ? random.nextInt(3)
                    : Math.round(2 * random.nextGaussian() * 4096) / 4096.0)
        .toArray();
  }
}
