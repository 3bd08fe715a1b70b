package io.taustream.storage.label;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.Arrays;

/** Rows of {@link DenseF32}: copied as they are, and checked two numbers at a time. */
final class FloatRows implements RowsDecoder {
  /** Two floats each. */
  private static final int LONGS = 512;

  private final long[] stored = new long[LONGS];
  private final long[] carried = new long[LONGS];

  @Override
  public boolean decode(
      ByteBuffer source, int[] bases, int row, int rows, int classes, FloatBuffer destination) {
    int floats = rows * classes;
    int offset = bases[0] + row * classes * Float.BYTES;
    ByteBuffer bytes = source.slice(offset, floats * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    destination.put(bytes.asFloatBuffer());
    LongBuffer pairs = bytes.asLongBuffer();
    int lanes = Math.min(LONGS, pairs.remaining());
    Arrays.fill(carried, 0, lanes, 0);
    while (pairs.hasRemaining()) {
      int count = Math.min(LONGS, pairs.remaining());
      pairs.get(stored, 0, count);
      FiniteBits.addFloats(stored, count, carried);
    }
    boolean lastFinite =
        floats % 2 == 0 || Float.isFinite(bytes.getFloat((floats - 1) * Float.BYTES));
    return FiniteBits.areFloats(carried, lanes) && lastFinite;
  }
}
