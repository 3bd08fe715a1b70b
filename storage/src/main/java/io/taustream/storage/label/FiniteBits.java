package io.taustream.storage.label;

import java.nio.ByteBuffer;

/**
 * Whether stored numbers are finite, several at once. A number is not finite where all bits of its
 * exponent are set; adding the exponent's lowest bit to the exponent then carries into the place of
 * the sign, and into no other number of the same long.
 */
final class FiniteBits {
  private static final long HALF_EXPONENTS = 0x7c007c007c007c00L;
  private static final long HALF_ONES = 0x0400040004000400L;
  private static final long HALF_SIGNS = 0x8000800080008000L;
  private static final long FLOAT_EXPONENTS = 0x7f8000007f800000L;
  private static final long FLOAT_ONES = 0x0080000000800000L;
  private static final long FLOAT_SIGNS = 0x8000000080000000L;

  private FiniteBits() {}

  /** Whether {@code count} binary16 numbers from {@code offset} are all finite. */
  static boolean halves(ByteBuffer source, int offset, int count) {
    int end = offset + count * Short.BYTES;
    int at = offset;
    long carried = 0;
    for (; at <= end - Long.BYTES; at += Long.BYTES) {
      carried |= (source.getLong(at) & HALF_EXPONENTS) + HALF_ONES;
    }
    boolean finite = (carried & HALF_SIGNS) == 0;
    for (; at < end; at += Short.BYTES) {
      finite &= DenseF16.isFinite(source.getShort(at));
    }
    return finite;
  }

  /** Whether {@code count} binary32 numbers from {@code offset} are all finite. */
  static boolean floats(ByteBuffer source, int offset, int count) {
    int end = offset + count * Float.BYTES;
    int at = offset;
    long carried = 0;
    for (; at <= end - Long.BYTES; at += Long.BYTES) {
      carried |= (source.getLong(at) & FLOAT_EXPONENTS) + FLOAT_ONES;
    }
    boolean finite = (carried & FLOAT_SIGNS) == 0;
    return finite && (at == end || Float.isFinite(source.getFloat(at)));
  }
}
