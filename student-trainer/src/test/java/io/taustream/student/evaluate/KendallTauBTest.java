package io.taustream.student.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.OptionalDouble;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class KendallTauBTest {
  @Property(tries = 200)
  void agreesWithTheDefinitionOverPairs(
      @ForAll @Size(min = 1, max = 40) @IntRange(min = -4, max = 4) int[] x,
      @ForAll @IntRange(min = 0, max = 1000) int seed) {
    Random random = new Random(seed);
    float[] first = new float[x.length];
    float[] second = new float[x.length];
    for (int i = 0; i < x.length; i++) {
      first[i] = x[i] * 0.25f;
      second[i] = random.nextInt(7) - 3f;
    }
    OptionalDouble expected = byPairs(first, second);
    OptionalDouble actual = new KendallTauB(x.length).of(first, second);

    assertThat(actual.isPresent()).isEqualTo(expected.isPresent());
    expected.ifPresent(tau -> assertThat(actual.getAsDouble()).isCloseTo(tau, within(1e-12)));
  }

  @Test
  void isOneForTheSameOrderAndMinusOneForTheReverse() {
    KendallTauB tau = new KendallTauB(4);

    assertThat(tau.of(new float[] {-3, -0.5f, 2, 9}, new float[] {-1e30f, 0, 1e-30f, 5}))
        .hasValue(1);
    assertThat(tau.of(new float[] {-3, -0.5f, 2, 9}, new float[] {4, 3, -2, -8})).hasValue(-1);
  }

  @Test
  void takesMinusZeroForZero() {
    assertThat(new KendallTauB(3).of(new float[] {0f, -0f, 1}, new float[] {2, 2, 3})).hasValue(1);
  }

  @Test
  void isUndefinedForAConstantRowAndForOneClass() {
    assertThat(new KendallTauB(3).of(new float[] {1, 1, 1}, new float[] {1, 2, 3})).isEmpty();
    assertThat(new KendallTauB(1).of(new float[] {1}, new float[] {2})).isEmpty();
  }

  private static OptionalDouble byPairs(float[] x, float[] y) {
    double sum = 0;
    double untiedX = 0;
    double untiedY = 0;
    for (int i = 0; i < x.length; i++) {
      for (int j = 0; j < i; j++) {
        sum += Math.signum(x[i] - x[j]) * Math.signum(y[i] - y[j]);
        untiedX += x[i] != x[j] ? 1 : 0;
        untiedY += y[i] != y[j] ? 1 : 0;
      }
    }
    return untiedX * untiedY == 0
        ? OptionalDouble.empty()
        : OptionalDouble.of(sum / Math.sqrt(untiedX * untiedY));
  }
}
