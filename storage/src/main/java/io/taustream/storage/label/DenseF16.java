package io.taustream.storage.label;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.List;
import org.apache.arrow.memory.util.Float16;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.pojo.ArrowType;

/**
 * All logits as IEEE 754 binary16, rounded to nearest, ties to even: column {@code logits:
 * fixed_size_list<float16>[classes]}. Magnitudes of 65520 and more would round to infinity and are
 * refused.
 */
public record DenseF16() implements LabelEncoding {
  static final String NAME = "dense-f16";

  /** The least magnitude that rounds to infinity: halfway from the largest float16 to 2^16. */
  static final float OVERFLOW = 65520f;

  static final ArrowType HALF = new ArrowType.FloatingPoint(FloatingPointPrecision.HALF);

  /** By how much a half's bits, shifted into a float's places, are too small. */
  static final float SCALE = 0x1p112f;

  private static final int EXPONENT = 0x7c00;
  private static final int MANTISSA = 0x3ff;

  /** A float's mantissa is 13 bits longer. */
  private static final int MANTISSA_SHIFT = 13;

  private static final int SIGN_AND_MAGNITUDE = 0x8fffe000;

  @Override
  public String text() {
    return NAME;
  }

  @Override
  public List<LabelColumn> columns(int classes) {
    return List.of(new LabelColumn("logits", HALF, Short.BYTES, classes));
  }

  @Override
  public int firstUnstorable(FloatBuffer logits, int classes) {
    int start = logits.position();
    for (int c = 0; c < classes; c++) {
      // Written so that NaN fails too.
      if (!(Math.abs(logits.get(start + c)) < OVERFLOW)) {
        return c;
      }
    }
    return -1;
  }

  @Override
  public void encode(FloatBuffer logits, int classes, long drawSeed, ByteBuffer[] columns) {
    int start = logits.position();
    for (int c = 0; c < classes; c++) {
      columns[0].putShort(Float16.toFloat16(logits.get(start + c)));
    }
  }

  @Override
  public boolean decode(
      ByteBuffer source, int[] bases, int row, int classes, FloatBuffer destination) {
    int offset = bases[0] + row * classes * Short.BYTES;
    int to = destination.position();
    // Fetching halves one by one costs more than converting them.
    long carried = 0;
    int c = 0;
    for (; c <= classes - 4; c += 4) {
      long four = source.getLong(offset + c * Short.BYTES);
      carried |= FiniteBits.carryHalves(four);
      destination.put(to + c, finiteToFloat((short) four));
      destination.put(to + c + 1, finiteToFloat((short) (four >>> 16)));
      destination.put(to + c + 2, finiteToFloat((short) (four >>> 32)));
      destination.put(to + c + 3, finiteToFloat((short) (four >>> 48)));
    }
    boolean finite = FiniteBits.areHalves(carried);
    for (; c < classes; c++) {
      short half = source.getShort(offset + c * Short.BYTES);
      finite &= isFinite(half);
      destination.put(to + c, finiteToFloat(half));
    }
    destination.position(to + classes);
    return finite;
  }

  @Override
  public String inspect(ByteBuffer source, int[] bases, int row, int classes) {
    int offset = bases[0] + row * classes * Short.BYTES;
    for (int c = 0; c < classes; c++) {
      short half = source.getShort(offset + c * Short.BYTES);
      if (!isFinite(half)) {
        return "the logit of class %d is %s".formatted(c, toFloat(half));
      }
    }
    return null;
  }

  static boolean isFinite(short half) {
    return (half & EXPONENT) != EXPONENT;
  }

  /** The float with the half's value. */
  public static float toFloat(short half) {
    if (isFinite(half)) {
      return finiteToFloat(half);
    }
    return Float.intBitsToFloat(
        (half & 0x8000) << 16 | 0x7f800000 | (half & MANTISSA) << MANTISSA_SHIFT);
  }

  /**
   * The float with a finite half's value. Shifted into place, a half's exponent is 112 too small;
   * multiplying sets that right for normal and subnormal numbers alike, exactly. The shift leaves
   * copies of the sign between sign and exponent, which the mask takes away.
   */
  static float finiteToFloat(short half) {
    return Float.intBitsToFloat((half << MANTISSA_SHIFT) & SIGN_AND_MAGNITUDE) * SCALE;
  }
}
