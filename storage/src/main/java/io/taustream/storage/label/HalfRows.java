package io.taustream.storage.label;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.Arrays;

/**
 * Rows of {@link DenseF16}, four halves of a long at a time. Each step is a loop over arrays that
 * the compiler turns into vector instructions, but for putting the halves back in order: Java 17
 * has no vector conversion from float16, nor one from 16 to 32 bits.
 */
final class HalfRows implements RowsDecoder {
  /** Four halves each. */
  private static final int LONGS = 256;

  private static final int PER_LONG = Long.BYTES / Short.BYTES;
  private static final long LOW_HALF = 0xffffL;
  private static final long SECOND_HALF = 0xffff0000L;
  private static final long SIGNS = 0x0000800000008000L;
  private static final long MAGNITUDES = 0x00007fff00007fffL;

  private final long[] stored = new long[LONGS];
  private final long[] carried = new long[LONGS];
  private final long[] first = new long[LONGS];
  private final long[] second = new long[LONGS];
  private final long[] pairs = new long[2 * LONGS];
  private final float[] floats = new float[PER_LONG * LONGS];
  private final LongBuffer pairBits;
  private final FloatBuffer floatBits;

  HalfRows() {
    ByteBuffer bits =
        ByteBuffer.allocate(floats.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    pairBits = bits.asLongBuffer();
    floatBits = bits.asFloatBuffer();
  }

  @Override
  public boolean decode(
      ByteBuffer source, int[] bases, int row, int rows, int classes, FloatBuffer destination) {
    int halves = rows * classes;
    int offset = bases[0] + row * classes * Short.BYTES;
    ByteBuffer bytes = source.slice(offset, halves * Short.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    LongBuffer fours = bytes.asLongBuffer();
    int lanes = Math.min(LONGS, fours.remaining());
    Arrays.fill(carried, 0, lanes, 0);
    while (fours.hasRemaining()) {
      int count = Math.min(LONGS, fours.remaining());
      fours.get(stored, 0, count);
      FiniteBits.addHalves(stored, count, carried);
      convert(count);
      destination.put(floats, 0, PER_LONG * count);
    }
    boolean finite = FiniteBits.areHalves(carried, lanes);
    for (int i = halves - halves % PER_LONG; i < halves; i++) {
      short half = bytes.getShort(i * Short.BYTES);
      finite &= DenseF16.isFinite(half);
      destination.put(DenseF16.finiteToFloat(half));
    }
    return finite;
  }

  private void convert(int count) {
    split(stored, count, first, second);
    join(first, second, count, pairs);
    pairBits.clear().put(pairs, 0, 2 * count);
    floatBits.clear().get(floats, 0, PER_LONG * count);
    scale(floats, PER_LONG * count);
  }

  /** Makes two floats of the lower two halves, and two of the upper, 2^112 too small. */
  private static void split(long[] stored, int count, long[] first, long[] second) {
    for (int i = 0; i < count; i++) {
      long four = stored[i];
      long lower = (four & LOW_HALF) | ((four & SECOND_HALF) << 16);
      first[i] = ((lower & SIGNS) << 16) | ((lower & MAGNITUDES) << 13);
      long high = four >>> 32;
      long upper = (high & LOW_HALF) | ((high & SECOND_HALF) << 16);
      second[i] = ((upper & SIGNS) << 16) | ((upper & MAGNITUDES) << 13);
    }
  }

  private static void join(long[] first, long[] second, int count, long[] pairs) {
    for (int i = 0; i < count; i++) {
      pairs[2 * i] = first[i];
      pairs[2 * i + 1] = second[i];
    }
  }

  private static void scale(float[] floats, int count) {
    for (int i = 0; i < count; i++) {
      floats[i] *= DenseF16.SCALE;
    }
  }
}
