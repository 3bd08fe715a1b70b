package io.taustream.storage.label;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.FloatBuffer;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.FloatRange;
import org.apache.arrow.memory.util.Float16;
import org.junit.jupiter.api.Test;

/** Holds Arrow's rounding, and the decoding here, to IEEE 754 binary16. */
class Float16RoundingTest {
  private static final int LARGEST = 0x7bff;

  @Test
  void decodesEveryHalfToItsExactValue() {
    for (int half = 0; half <= LARGEST; half++) {
      int exponent = half >> 10;
      double value =
          exponent == 0
              ? (half & 0x3ff) * 0x1p-24
              : Math.scalb(1.0 + (half & 0x3ff) * 0x1p-10, exponent - 15);
      assertThat(DenseF16.toFloat((short) half)).isEqualTo((float) value);
      assertThat(DenseF16.toFloat((short) (half | 0x8000))).isEqualTo((float) -value);
    }
    assertThat(DenseF16.toFloat((short) 0x7c00)).isEqualTo(Float.POSITIVE_INFINITY);
    assertThat(DenseF16.toFloat((short) 0x7e00)).isNaN();
  }

  @Test
  void roundsToNearestWithTiesToEvenBetweenAllNeighbours() {
    for (int half = 0; half < LARGEST; half++) {
      float low = DenseF16.toFloat((short) half);
      float high = DenseF16.toFloat((short) (half + 1));
      float middle = (low + high) / 2;
      int even = half % 2 == 0 ? half : half + 1;
      assertThat((int) Float16.toFloat16(low)).isEqualTo(half);
      assertThat((int) Float16.toFloat16(Math.nextDown(middle))).isEqualTo(half);
      assertThat((int) Float16.toFloat16(middle)).isEqualTo(even);
      assertThat((int) Float16.toFloat16(Math.nextUp(middle))).isEqualTo(half + 1);
      assertThat(Float16.toFloat16(-middle)).isEqualTo((short) (even | 0x8000));
    }
  }

  @Property(tries = 300)
  void storesWithinHalfAnUlp(@ForAll @FloatRange(min = -65504, max = 65504) float logit) {
    float stored = DenseF16.toFloat(Float16.toFloat16(logit));
    double ulp = Math.scalb(1.0, Math.max(Math.getExponent(logit), -14) - 10);
    assertThat(Math.abs((double) stored - logit)).isLessThanOrEqualTo(ulp / 2);
  }

  @Test
  void refusesWhatWouldRoundToInfinity() {
    DenseF16 encoding = new DenseF16();
    float largest = Math.nextDown(65520f);
    assertThat(encoding.firstUnstorable(FloatBuffer.wrap(new float[] {largest}), 1)).isEqualTo(-1);
    assertThat(DenseF16.toFloat(Float16.toFloat16(largest))).isEqualTo(65504f);
    for (float bad : new float[] {65520f, -65520f, Float.NaN, Float.NEGATIVE_INFINITY}) {
      assertThat(encoding.firstUnstorable(FloatBuffer.wrap(new float[] {0, bad}), 2)).isEqualTo(1);
    }
  }
}
