package io.taustream.storage.label;

import java.nio.ByteBuffer;

/**
 * Whether stored numbers are finite, several at once. A number is not finite where all bits of its
 * exponent are set; adding the exponent's lowest bit to the exponent then carries into the place of
 * the sign, and into no other number of the same long.
 *
 * <p>Of many numbers, the carries are gathered side by side in an array, as it takes to let the
 * compiler use vector instructions: zeros, an {@code add} for each part, an {@code are} at the end.
 */
final class FiniteBits {
  private static final long HALF_EXPONENTS = 0x7c007c007c007c00L;
  private static final long HALF_ONES = 0x0400040004000400L;
  private static final long HALF_SIGNS = 0x8000800080008000L;
  private static final long FLOAT_EXPONENTS = 0x7f8000007f800000L;
  private static final long FLOAT_ONES = 0x0080000000800000L;
  private static final long FLOAT_SIGNS = 0x8000000080000000L;

  private FiniteBits() {}

  /** What is not 0 in the place of a sign if one of a long's four binary16 is not finite. */
  static long carryHalves(long four) {
    return (four & HALF_EXPONENTS) + HALF_ONES;
  }

  /** Whether all were finite whose carries these are. */
  static boolean areHalves(long carried) {
    return (carried & HALF_SIGNS) == 0;
  }

  /** Whether {@code count} binary32 numbers from {@code offset} are all finite. */
  static boolean floats(ByteBuffer source, int offset, int count) {
    int end = offset + count * Float.BYTES;
    int at = offset;
    long carried = 0;
    for (; at <= end - Long.BYTES; at += Long.BYTES) {
      carried |= carryFloats(source.getLong(at));
    }
    return (carried & FLOAT_SIGNS) == 0 && (at == end || Float.isFinite(source.getFloat(at)));
  }

  private static long carryFloats(long two) {
    return (two & FLOAT_EXPONENTS) + FLOAT_ONES;
  }

  static void addHalves(long[] fours, int count, long[] carried) {
    for (int i = 0; i < count; i++) {
      carried[i] |= carryHalves(fours[i]);
    }
  }

  static void addFloats(long[] pairs, int count, long[] carried) {
    for (int i = 0; i < count; i++) {
      carried[i] |= carryFloats(pairs[i]);
    }
  }

  static boolean areHalves(long[] carried, int count) {
    return (all(carried, count) & HALF_SIGNS) == 0;
  }

  static boolean areFloats(long[] carried, int count) {
    return (all(carried, count) & FLOAT_SIGNS) == 0;
  }

  private static long all(long[] carried, int count) {
    long all = 0;
    for (int i = 0; i < count; i++) {
      all |= carried[i];
    }
    return all;
  }
}
