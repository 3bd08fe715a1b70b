package io.taustream.storage.label;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import org.junit.jupiter.api.Test;

/** Numbers that are not finite are found wherever they stand in a row. */
class FiniteBitsTest {
  private static final int LEADING = 6;

  private static ByteBuffer bytes(int length) {
    return ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
  }

  @Test
  void everyHalfIsToldInEveryPlace() {
    for (int count : new int[] {1, 3, 4, 7, 8, 9}) {
      for (int place = 0; place < count; place++) {
        ByteBuffer row = bytes(LEADING + 2 * count + 10);
        for (int bits = 0; bits < 1 << 16; bits += count > 4 ? 97 : 1) {
          row.putShort(LEADING + 2 * place, (short) bits);
          assertThat(FiniteBits.halves(row, LEADING, count))
              .isEqualTo(DenseF16.isFinite((short) bits));
        }
      }
    }
  }

  @Test
  void everyKindOfFloatIsToldInEveryPlace() {
    float[] kinds = {
      0f,
      -0f,
      Float.MIN_VALUE,
      -Float.MIN_NORMAL,
      3f,
      Float.MAX_VALUE,
      -Float.MAX_VALUE,
      Float.NaN,
      Float.POSITIVE_INFINITY,
      Float.NEGATIVE_INFINITY,
      Float.intBitsToFloat(0xff800001)
    };
    for (int count = 1; count < 6; count++) {
      for (int place = 0; place < count; place++) {
        ByteBuffer row = bytes(LEADING + 4 * count + 10);
        for (int i = 0; i < count; i++) {
          row.putFloat(LEADING + 4 * i, -Float.MAX_VALUE);
        }
        for (float kind : kinds) {
          row.putFloat(LEADING + 4 * place, kind);
          assertThat(FiniteBits.floats(row, LEADING, count)).isEqualTo(Float.isFinite(kind));
        }
      }
    }
  }

  @Test
  void whatLiesBesideARowDoesNotMatter() {
    ByteBuffer row = bytes(40);
    for (int at = 0; at < 40; at += 2) {
      row.putShort(at, (short) 0x7c00);
    }
    row.putLong(8, 0).putLong(16, 0);
    assertThat(FiniteBits.halves(row, 8, 8)).isTrue();
    assertThat(FiniteBits.halves(row, 8, 9)).isFalse();
    row.putInt(24, 0xff800000);
    assertThat(FiniteBits.floats(row, 8, 4)).isTrue();
    assertThat(FiniteBits.floats(row, 8, 5)).isFalse();
  }

  @Test
  void decodingGivesEveryValueInEveryPlaceAlsoWhereItIsNotFinite() {
    int classes = 7;
    ByteBuffer row = bytes(2 * classes);
    FloatBuffer logits = FloatBuffer.allocate(classes);
    for (int bits = 0; bits < 1 << 16; bits += 31) {
      for (int c = 0; c < classes; c++) {
        row.putShort(2 * c, (short) (bits + c));
      }
      new DenseF16().decode(row, new int[] {0}, 0, classes, logits.clear());
      for (int c = 0; c < classes; c++) {
        assertThat(Float.floatToRawIntBits(logits.get(c)))
            .isEqualTo(Float.floatToRawIntBits(DenseF16.toFloat((short) (bits + c))));
      }
    }
  }
}
