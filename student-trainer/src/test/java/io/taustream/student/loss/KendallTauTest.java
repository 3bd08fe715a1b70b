package io.taustream.student.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.types.DataType;
import io.taustream.student.ranking.RowThreads;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The gradient that bypasses autograd, against autograd and against finite differences. */
class KendallTauTest {
  private static final int BATCH = 3;

  private static Stream<KendallTau> everyForm() {
    return Stream.of(Surrogate.values())
        .flatMap(f -> Stream.of(Pairing.values()).map(pairing -> new KendallTau(f, pairing, 0.7)));
  }

  private static LossProbe probe(
      Loss loss, DataType type, int classes, double[] student, double[] teacher) {
    int batch = student.length / classes;
    return LossProbe.of(loss, type, classes, student, teacher, new long[batch]);
  }

  /** Logits with ties among them. */
  private static double[] logits(Random random, int count) {
    return IntStream.range(0, count)
        .mapToDouble(i -> random.nextInt(5) == 0 ? random.nextInt(3) : 3 * random.nextGaussian())
        .toArray();
  }

  @ParameterizedTest
  @MethodSource("everyForm")
  void agreesWithAutogradOfThePlainFormInBothPrecisions(KendallTau loss) {
    Random random = new Random(11);
    PlainKendall plain = new PlainKendall(loss.surrogate(), loss.pairing(), loss.steepness());
    for (int classes : new int[] {2, 3, 10, 33, 120}) {
      double[] s = logits(random, BATCH * classes);
      double[] t = logits(random, BATCH * classes);
      LossProbe expected = probe(plain, DataType.FLOAT64, classes, s, t);

      assertSame(probe(loss, DataType.FLOAT64, classes, s, t), expected, 1e-12, 1e-11);
      assertSame(probe(loss, DataType.FLOAT32, classes, s, t), expected, 1e-6, 1e-5);
    }
  }

  @Property(tries = 15)
  void agreesWithThePlainFormForAnyClassCount(
      @ForAll Random random, @ForAll @IntRange(min = 2, max = 300) int classes) {
    double[] s = logits(random, classes);
    double[] t = logits(random, classes);
    for (Pairing pairing : Pairing.values()) {
      LossProbe plain =
          probe(new PlainKendall(Surrogate.TANH, pairing, 1), DataType.FLOAT64, classes, s, t);
      KendallTau loss = new KendallTau(Surrogate.TANH, pairing, 1);

      assertSame(probe(loss, DataType.FLOAT32, classes, s, t), plain, 1e-6, 1e-5);
      assertSame(probe(loss, DataType.FLOAT64, classes, s, t), plain, 1e-12, 1e-11);
    }
  }

  @ParameterizedTest
  @MethodSource("everyForm")
  void hasTheSlopeOfItsOwnFiniteDifferences(KendallTau loss) {
    int classes = 7;
    Random random = new Random(5);
    double[] s = random.doubles(classes, -2, 2).toArray();
    double[] t = random.doubles(classes, -2, 2).toArray();
    List<Double> gradient = probe(loss, DataType.FLOAT64, classes, s, t).gradient();
    double h = 1e-5;
    for (int i = 0; i < classes; i++) {
      double[] up = s.clone();
      double[] down = s.clone();
      up[i] += h;
      down[i] -= h;
      double difference =
          probe(loss, DataType.FLOAT64, classes, up, t).value()
              - probe(loss, DataType.FLOAT64, classes, down, t).value();

      assertThat(gradient.get(i)).isCloseTo(difference / (2 * h), within(1e-8));
    }
  }

  @Test
  void passesTheGradientOnThroughWeightsAndOtherTerms() {
    double[] s = {1, 2, 3, 0.5, -1, 4};
    double[] t = {3, 1, 2, 4, 0, 1};
    Loss tau = new KendallTau(Surrogate.TANH, Pairing.SIGN, 1);
    Loss entropy = new CrossEntropy();
    LossProbe one = probe(tau, DataType.FLOAT64, 3, s, t);
    LossProbe other = probe(entropy, DataType.FLOAT64, 3, s, t);
    Loss both = new Sum(tau, 5, entropy);

    LossProbe sum = probe(both, DataType.FLOAT64, 3, s, t);

    for (int i = 0; i < s.length; i++) {
      assertThat(sum.gradient().get(i))
          .isCloseTo(5 * one.gradient().get(i) + other.gradient().get(i), within(1e-12));
    }
  }

  private record Sum(Loss first, double weight, Loss second) implements Loss {
    @Override
    public String name() {
      return "sum";
    }

    @Override
    public boolean needsTeacher() {
      return true;
    }

    @Override
    public ai.djl.ndarray.NDArray value(LossInput input) {
      return new WeightedLoss(
              List.of(new WeightedLoss.Term(first, weight), new WeightedLoss.Term(second, 1)))
          .value(input)
          .total();
    }
  }

  @Test
  void givesTheSameBitsForAnyNumberOfThreads() {
    int classes = 200;
    Random random = new Random(3);
    double[] s = logits(random, 64 * classes);
    double[] t = logits(random, 64 * classes);
    for (Pairing pairing : Pairing.values()) {
      LossProbe one =
          probe(
              new KendallTau(Surrogate.ERF, pairing, 2, new RowThreads(1)),
              DataType.FLOAT32,
              classes,
              s,
              t);
      LossProbe four =
          probe(
              new KendallTau(Surrogate.ERF, pairing, 2, new RowThreads(4)),
              DataType.FLOAT32,
              classes,
              s,
              t);

      assertThat(four).isEqualTo(one);
    }
  }

  private static void assertSame(
      LossProbe actual, LossProbe expected, double valueError, double gradientError) {
    assertThat(actual.value()).isCloseTo(expected.value(), within(valueError));
    // Where every pair is saturated, single precision has no digits of the gradient: 1 - tanh² of a
    // pair is known to about 2^-22, which of two classes, with one pair, is all there is.
    double largest =
        Math.max(5e-2, expected.gradient().stream().mapToDouble(Math::abs).max().orElseThrow());
    for (int i = 0; i < expected.gradient().size(); i++) {
      assertThat(actual.gradient().get(i))
          .as("gradient %d", i)
          .isCloseTo(expected.gradient().get(i), within(gradientError * largest));
    }
  }
}
