package io.taustream.student.ranking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Both methods against the definition, and what must hold of any ranking. */
class RankingLossTest {
  private static final RowThreads ONE = new RowThreads(1);

  /** A value with its gradient. */
  @SuppressWarnings("ArrayRecordComponent") // never compared as a whole
  private record Outcome(double value, float[] gradient) {
    static Outcome of(RankingLoss loss, float[] s, float[] t, int classes) {
      float[] gradient = new float[s.length];
      return new Outcome(loss.evaluate(s, t, classes, gradient), gradient);
    }

    double largest() {
      double largest = 0;
      for (float g : gradient) {
        largest = Math.max(largest, Math.abs(g));
      }
      return largest;
    }

    void isCloseTo(Outcome other, double error) {
      assertThat(value).isCloseTo(other.value, within(error));
      // Where all pairs are saturated, single precision has no digits of the gradient.
      double scale = Math.max(1e-2 / gradient.length, other.largest());
      for (int i = 0; i < gradient.length; i++) {
        assertThat((double) gradient[i])
            .as("gradient %d", i)
            .isCloseTo(other.gradient[i], within(error * scale));
      }
    }

    void isFinite() {
      assertThat(value).isFinite();
      for (float g : gradient) {
        assertThat(g).isFinite();
      }
    }
  }

  private static Stream<Agreement> agreements(double k) {
    return CurveTest.curves()
        .flatMap(
            f ->
                Stream.of(
                    new ProductAgreement(f, k),
                    new FactoredAgreement(f, k),
                    new SignAgreement(f, k)));
  }

  private static Stream<Agreement> separable(double k) {
    return agreements(k).filter(agreement -> agreement.separation().isPresent());
  }

  /** Every agreement by every method that it allows. */
  private static List<RankingLoss> losses(double k) {
    List<RankingLoss> losses = new ArrayList<>();
    agreements(k).forEach(agreement -> losses.add(pairwise(agreement)));
    separable(k).forEach(agreement -> losses.add(merged(agreement)));
    return losses;
  }

  private static RankingLoss pairwise(Agreement agreement) {
    return new RankingLoss(agreement, ONE, Method.PAIRWISE);
  }

  private static RankingLoss merged(Agreement agreement) {
    return new RankingLoss(agreement, ONE, Method.MERGED);
  }

  /** Logits with ties among them. */
  private static float[] logits(Random random, int count, double scale) {
    float[] logits = new float[count];
    for (int i = 0; i < count; i++) {
      logits[i] =
          (float) (random.nextInt(4) == 0 ? random.nextInt(3) : scale * random.nextGaussian());
    }
    return logits;
  }

  /** The definition, in double precision. */
  private static Outcome definition(Agreement agreement, float[] s, float[] t) {
    int classes = s.length;
    Curve f = agreement.curve();
    double k = agreement.steepness();
    double pairs = 0.5 * classes * (classes - 1);
    double sum = 0;
    double[] gradient = new double[classes];
    for (int i = 0; i < classes; i++) {
      for (int j = 0; j < i; j++) {
        double ds = (double) s[i] - s[j];
        double dt = (double) t[i] - t[j];
        double slope;
        if (agreement instanceof ProductAgreement) {
          sum += f.value(k * ds * dt);
          slope = k * dt * f.slope(k * ds * dt);
        } else {
          double g = agreement instanceof SignAgreement ? Math.signum(dt) : f.value(k * dt);
          sum += f.value(k * ds) * g;
          slope = k * f.slope(k * ds) * g;
        }
        gradient[i] -= slope / pairs;
        gradient[j] += slope / pairs;
      }
    }
    float[] rounded = new float[classes];
    for (int i = 0; i < classes; i++) {
      rounded[i] = (float) gradient[i];
    }
    return new Outcome(1 - sum / pairs, rounded);
  }

  @Property(tries = 20)
  void everyMethodAgreesWithTheDefinition(
      @ForAll Random random, @ForAll @IntRange(min = 2, max = 400) int classes) {
    float[] s = logits(random, classes, 2);
    float[] t = logits(random, classes, 2);
    agreements(0.8)
        .forEach(
            agreement -> {
              Outcome expected = definition(agreement, s, t);
              Outcome.of(pairwise(agreement), s, t, classes).isCloseTo(expected, 1e-5);
              if (agreement.separation().isPresent()) {
                Outcome.of(merged(agreement), s, t, classes).isCloseTo(expected, 1e-5);
              }
            });
  }

  static Stream<Agreement> separableAgreements() {
    return separable(1);
  }

  @ParameterizedTest
  @MethodSource("separableAgreements")
  void mergingAgreesWithPairsAtFourThousandClasses(Agreement agreement) {
    Random random = new Random(17);
    float[] s = logits(random, 4000, 3);
    float[] t = logits(random, 4000, 3);

    Outcome.of(merged(agreement), s, t, 4000)
        .isCloseTo(Outcome.of(pairwise(agreement), s, t, 4000), 5e-6);
  }

  @ParameterizedTest
  @ValueSource(doubles = {1e-3, 0.3, 30, 1000, 10_000})
  void mergingAgreesWithPairsForLogitsOfAnySpread(double scale) {
    Random random = new Random(23);
    float[] s = logits(random, 700, scale);
    float[] t = logits(random, 700, scale);
    for (Agreement agreement : separable(3).toList()) {
      Outcome.of(merged(agreement), s, t, 700)
          .isCloseTo(Outcome.of(pairwise(agreement), s, t, 700), 5e-6);
    }
  }

  @Test
  void isFiniteForHugeLogitsAndTies() {
    int classes = 200;
    float[] alike = new float[classes];
    float[] few = new float[classes];
    float[] huge = new float[classes];
    float[] steps = new float[classes];
    for (int i = 0; i < classes; i++) {
      alike[i] = 0.3f;
      few[i] = i % 2 == 0 ? -0f : 0f;
      huge[i] = i % 3 == 0 ? 1e4f : -1e4f;
      steps[i] = (i - 100) * 100;
    }
    List<float[]> rows = List.of(alike, few, huge, steps);
    for (RankingLoss loss : losses(5)) {
      for (float[] s : rows) {
        for (float[] t : rows) {
          Outcome.of(loss, s, t, classes).isFinite();
        }
      }
    }
  }

  @Test
  void tiesOfTheTeacherCountForNothing() {
    float[] s = logits(new Random(1), 300, 2);
    float[] t = new float[300];
    for (RankingLoss loss : losses(1)) {
      Outcome outcome = Outcome.of(loss, s, t, 300);

      assertThat(outcome.value()).isEqualTo(1);
      assertThat(outcome.largest()).isZero();
    }
  }

  @Property(tries = 10)
  void theGradientAddsUpToZeroAndNegationMirrors(
      @ForAll Random random, @ForAll @IntRange(min = 2, max = 300) int classes) {
    float[] s = logits(random, classes, 2);
    float[] t = logits(random, classes, 2);
    float[] negated = new float[classes];
    for (int i = 0; i < classes; i++) {
      negated[i] = -s[i];
    }
    for (RankingLoss loss : losses(1)) {
      Outcome outcome = Outcome.of(loss, s, t, classes);
      double sum = 0;
      for (float g : outcome.gradient()) {
        sum += g;
      }
      assertThat(sum).isCloseTo(0, within(2e-6 * Math.max(outcome.largest(), 1e-3) * classes));

      Outcome mirror = Outcome.of(loss, negated, t, classes);
      assertThat(outcome.value() + mirror.value()).isCloseTo(2, within(2e-6));
    }
  }

  @Property(tries = 10)
  void ignoresAShiftAndAScaleThatTheSteepnessTakesBack(
      @ForAll Random random, @ForAll @IntRange(min = 2, max = 200) int classes) {
    float[] s = logits(random, classes, 2);
    float[] t = logits(random, classes, 2);
    float[] shifted = new float[classes];
    float[] doubled = new float[classes];
    for (int i = 0; i < classes; i++) {
      shifted[i] = s[i] + 4;
      doubled[i] = 2 * s[i];
    }
    for (Method method : List.of(Method.PAIRWISE, Method.MERGED)) {
      RankingLoss one = new RankingLoss(new SignAgreement(new TanhCurve(), 1), ONE, method);
      RankingLoss half = new RankingLoss(new SignAgreement(new TanhCurve(), 0.5), ONE, method);
      double value = Outcome.of(one, s, t, classes).value();

      assertThat(Outcome.of(one, shifted, t, classes).value()).isCloseTo(value, within(2e-6));
      assertThat(Outcome.of(half, doubled, t, classes).value()).isCloseTo(value, within(2e-6));
    }
  }

  @Property(tries = 10)
  void noOrderOfTheTeachersLogitsBeatsItsOwn(
      @ForAll Random random, @ForAll @IntRange(min = 2, max = 200) int classes) {
    float[] t = logits(random, classes, 2);
    float[] shuffled = t.clone();
    for (int i = classes - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      float swapped = shuffled[i];
      shuffled[i] = shuffled[j];
      shuffled[j] = swapped;
    }
    for (RankingLoss loss : losses(1)) {
      assertThat(Outcome.of(loss, shuffled, t, classes).value())
          .isGreaterThanOrEqualTo(Outcome.of(loss, t, t, classes).value() - 1e-6);
    }
  }

  @Test
  void takesFloat16Labels() {
    Random random = new Random(9);
    float[] s = logits(random, 500, 3);
    float[] t = logits(random, 500, 3);
    for (int i = 0; i < t.length; i++) {
      // Eleven significant bits, as float16 has.
      float unit = Math.ulp(t[i]) * 0x1p13f;
      t[i] = Math.round(t[i] / unit) * unit;
    }
    separable(1)
        .forEach(
            agreement ->
                Outcome.of(merged(agreement), s, t, 500)
                    .isCloseTo(Outcome.of(pairwise(agreement), s, t, 500), 5e-6));
  }

  @Test
  void rowsDoNotDependOnThreadsOrOnOneAnother() {
    int classes = 300;
    Random random = new Random(4);
    float[] s = logits(random, 30 * classes, 3);
    float[] t = logits(random, 30 * classes, 3);
    for (Method method : List.of(Method.PAIRWISE, Method.MERGED)) {
      Agreement agreement = new FactoredAgreement(new TanhCurve(), 1);
      Outcome one = Outcome.of(new RankingLoss(agreement, ONE, method), s, t, classes);
      Outcome many =
          Outcome.of(new RankingLoss(agreement, new RowThreads(3), method), s, t, classes);

      assertThat(many.value()).isEqualTo(one.value());
      assertThat(many.gradient()).containsExactly(one.gradient());
    }
  }

  @Test
  void memoryIsLinearInTheNumberOfClasses() {
    int classes = 21_841;
    Random random = new Random(2);
    float[] s = logits(random, 2 * classes, 3);
    float[] t = logits(random, 2 * classes, 3);
    float[] gradient = new float[2 * classes];
    RankingLoss loss = new RankingLoss(new FactoredAgreement(new TanhCurve(), 1), ONE);
    com.sun.management.ThreadMXBean threads =
        (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());

    double value = loss.evaluate(s, t, classes, gradient);

    long allocated = threads.getThreadAllocatedBytes(Thread.currentThread().getId()) - before;
    assertThat(value).isBetween(0.0, 2.0);
    assertThat(allocated).isLessThan(200L * classes);
  }

  @Test
  void refusesToMergeWhatIsNoSumOfExponentials() {
    RankingLoss loss = new RankingLoss(new SignAgreement(new ErfCurve(), 1), ONE, Method.MERGED);

    assertThatThrownBy(() -> loss.evaluate(new float[2], new float[2], 2, new float[2]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no sum of exponentials");
  }

  @Test
  void passesOnWhatARowThrew() {
    RowThreads threads = new RowThreads(2);

    assertThatThrownBy(
            () ->
                threads.forEach(
                    8,
                    1L << 40,
                    () ->
                        row -> {
                          if (row == 5) {
                            throw new IllegalStateException("row 5");
                          }
                        }))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("row 5");
  }
}
