package io.taustream.teacher.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class PairedTestTest {
  @Property(tries = 60)
  void mcnemarIsTheTailOfAFairCoin(
      @ForAll @IntRange(max = 60) int better, @ForAll @IntRange(max = 60) int worse) {
    assertThat(PairedTest.mcnemar(better, worse))
        .isCloseTo(exact(better + worse, better), within(1e-12));
  }

  @Property(tries = 60)
  void theWeightedBoundIsNeverBelowTheExactProbability(
      @ForAll @IntRange(max = 60) int better, @ForAll @IntRange(max = 60) int worse) {
    assertThat(PairedTest.weighted(better - worse, better + worse))
        .isGreaterThanOrEqualTo(exact(better + worse, better) - 1e-12);
  }

  @Test
  void manySamplesOverflowNothing() {
    assertThat(PairedTest.mcnemar(50_000, 50_000)).isBetween(0.5, 0.51);
    assertThat(PairedTest.mcnemar(60_000, 40_000)).isZero();
  }

  @Test
  void tailOfAnUnfairCoin() {
    // 1 − 0.9³ − 3 · 0.1 · 0.9²
    assertThat(PairedTest.tail(3, 2, 0.1)).isCloseTo(0.028, within(1e-12));
    assertThat(PairedTest.tail(3, 0, 0.1)).isOne();
    assertThat(PairedTest.tail(3, 3, 1)).isOne();
    assertThat(PairedTest.tail(0, 1, 0.5)).isZero();
  }

  private static double exact(int throwsOfACoin, int heads) {
    BigInteger sum = BigInteger.ZERO;
    BigInteger ways = BigInteger.ONE;
    for (int k = 0; k <= throwsOfACoin; k++) {
      sum = k >= heads ? sum.add(ways) : sum;
      ways =
          ways.multiply(BigInteger.valueOf(throwsOfACoin - k)).divide(BigInteger.valueOf(k + 1L));
    }
    return new BigDecimal(sum)
        .divide(new BigDecimal(BigInteger.TWO.pow(throwsOfACoin)), MathContext.DECIMAL64)
        .doubleValue();
  }
}
