package io.taustream.storage.label;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import org.apache.arrow.memory.util.Float16;
import org.junit.jupiter.api.Test;

/** Dense rows read one by one and many at once: all values, in every place, and nothing beside. */
class DenseRowsTest {
  /** Not a multiple of eight: rows of an odd number of halves begin so. */
  private static final int LEADING = 6;

  private static final float[] KINDS = {
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

  private static final int[] BASES = {LEADING};

  private static ByteBuffer bytes(int length) {
    return ByteBuffer.allocateDirect(length).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static boolean one(
      LabelEncoding encoding, ByteBuffer source, int count, FloatBuffer destination) {
    return encoding.decode(source, BASES, 0, count, destination);
  }

  private static boolean many(
      LabelEncoding encoding, ByteBuffer source, int count, FloatBuffer destination) {
    return RowsDecoder.of(encoding).decode(source, BASES, 0, count, 1, destination);
  }

  @Test
  void everyFiniteHalfKeepsItsValueInEveryPlace() {
    int count = 11;
    ByteBuffer row = bytes(LEADING + 2 * count);
    FloatBuffer single = FloatBuffer.allocate(count);
    FloatBuffer bulk = FloatBuffer.allocate(count);
    for (int bits = 0; bits < 1 << 16; bits++) {
      short half = (short) bits;
      if (!DenseF16.isFinite(half)) {
        continue;
      }
      int place = bits % count;
      row.putShort(LEADING + 2 * place, half);
      assertThat(one(new DenseF16(), row, count, single.clear())).isTrue();
      assertThat(many(new DenseF16(), row, count, bulk.clear())).isTrue();
      int expected = Float.floatToRawIntBits(Float16.toFloat(half));
      assertThat(Float.floatToRawIntBits(single.get(place))).isEqualTo(expected);
      assertThat(Float.floatToRawIntBits(bulk.get(place))).isEqualTo(expected);
    }
  }

  @Test
  void aHalfThatIsNotFiniteIsToldInEveryPlace() {
    short[] halves = {0x7c00, (short) 0xfc00, 0x7c01, (short) 0xffff, 0x7bff, (short) 0xfbff, 1};
    for (int count = 1; count < 14; count++) {
      for (int place = 0; place < count; place++) {
        ByteBuffer row = bytes(LEADING + 2 * count);
        FloatBuffer logits = FloatBuffer.allocate(count);
        for (short half : halves) {
          row.putShort(LEADING + 2 * place, half);
          boolean finite = DenseF16.isFinite(half);
          assertThat(one(new DenseF16(), row, count, logits.clear())).isEqualTo(finite);
          assertThat(logits.position()).isEqualTo(count);
          assertThat(many(new DenseF16(), row, count, logits.clear())).isEqualTo(finite);
          assertThat(logits.position()).isEqualTo(count);
        }
      }
    }
  }

  @Test
  void everyKindOfFloatIsReadAndToldInEveryPlace() {
    for (int count = 1; count < 8; count++) {
      for (int place = 0; place < count; place++) {
        ByteBuffer row = bytes(LEADING + 4 * count);
        FloatBuffer logits = FloatBuffer.allocate(count);
        for (float kind : KINDS) {
          row.putFloat(LEADING + 4 * place, kind);
          assertThat(one(new DenseF32(), row, count, logits.clear()))
              .isEqualTo(Float.isFinite(kind));
          assertThat(logits.get(place)).isEqualTo((Float) kind);
          logits.put(place, 7f);
          assertThat(many(new DenseF32(), row, count, logits.clear()))
              .isEqualTo(Float.isFinite(kind));
          assertThat(logits.get(place)).isEqualTo((Float) kind);
        }
      }
    }
  }

  @Test
  void partsOfManyRowsAreReadInOrderAndTheLastOneTellsToo() {
    int classes = 7;
    for (int rows : new int[] {146, 147, 292, 293, 600}) {
      int count = rows * classes;
      ByteBuffer halves = bytes(LEADING + 2 * count);
      ByteBuffer floats = bytes(LEADING + 4 * count);
      for (int i = 0; i < count; i++) {
        halves.putShort(LEADING + 2 * i, Float16.toFloat16(i));
        floats.putFloat(LEADING + 4 * i, i);
      }
      FloatBuffer logits = FloatBuffer.allocate(count);
      RowsDecoder half = RowsDecoder.of(new DenseF16());
      assertThat(half.decode(halves, BASES, 0, rows, classes, logits)).isTrue();
      for (int i = 0; i < count; i++) {
        assertThat(logits.get(i)).isEqualTo(Float16.toFloat(Float16.toFloat16(i)));
      }
      RowsDecoder single = RowsDecoder.of(new DenseF32());
      assertThat(single.decode(floats, BASES, 0, rows, classes, logits.clear())).isTrue();
      for (int i = 0; i < count; i++) {
        assertThat(logits.get(i)).isEqualTo(i);
      }
      for (int bad : new int[] {0, 1021, count - 4, count - 1}) {
        short before = halves.getShort(LEADING + 2 * bad);
        halves.putShort(LEADING + 2 * bad, (short) 0xfe00);
        assertThat(half.decode(halves, BASES, 0, rows, classes, logits.clear())).isFalse();
        halves.putShort(LEADING + 2 * bad, before);
        floats.putFloat(LEADING + 4 * bad, Float.NaN);
        assertThat(single.decode(floats, BASES, 0, rows, classes, logits.clear())).isFalse();
        floats.putFloat(LEADING + 4 * bad, bad);
      }
      // A decoder forgets what it found before.
      assertThat(half.decode(halves, BASES, 1, 1, classes, logits.clear())).isTrue();
      assertThat(single.decode(floats, BASES, 1, 1, classes, logits.clear())).isTrue();
      assertThat(logits.get(0)).isEqualTo(classes);
    }
  }

  @Test
  void whatLiesBesideARowDoesNotMatter() {
    int classes = 3;
    ByteBuffer halves = bytes(LEADING + 2 * classes * 3);
    ByteBuffer floats = bytes(LEADING + 4 * classes * 3);
    for (int i = 0; i < 3 * classes; i++) {
      boolean inside = i / classes == 1;
      halves.putShort(LEADING + 2 * i, inside ? 0 : (short) 0x7c00);
      floats.putFloat(LEADING + 4 * i, inside ? 0 : Float.NaN);
    }
    FloatBuffer logits = FloatBuffer.allocate(classes);
    assertThat(new DenseF16().decode(halves, BASES, 1, classes, logits)).isTrue();
    assertThat(new DenseF32().decode(floats, BASES, 1, classes, logits.clear())).isTrue();
    RowsDecoder half = RowsDecoder.of(new DenseF16());
    assertThat(half.decode(halves, BASES, 1, 1, classes, logits.clear())).isTrue();
    RowsDecoder single = RowsDecoder.of(new DenseF32());
    assertThat(single.decode(floats, BASES, 1, 1, classes, logits.clear())).isTrue();
  }

  @Test
  void aHalfThatIsNotFiniteStillHasItsFloat() {
    assertThat(DenseF16.toFloat((short) 0x7c00)).isEqualTo(Float.POSITIVE_INFINITY);
    assertThat(DenseF16.toFloat((short) 0xfc00)).isEqualTo(Float.NEGATIVE_INFINITY);
    assertThat(DenseF16.toFloat((short) 0x7c01)).isNaN();
    assertThat(DenseF16.toFloat((short) 0xffff)).isNaN();
  }
}
