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

  private static final int EXPONENT = 0x7c00;
  private static final int MAGNITUDE = 0x7fff;

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
    // Four halves of a long at a time: fetching them one by one costs more than to convert them.
    int c = 0;
    for (; c <= classes - 4; c += 4) {
      long four = source.getLong(offset + c * Short.BYTES);
      destination.put(to + c, toFloat((short) four));
      destination.put(to + c + 1, toFloat((short) (four >>> 16)));
      destination.put(to + c + 2, toFloat((short) (four >>> 32)));
      destination.put(to + c + 3, toFloat((short) (four >>> 48)));
    }
    for (; c < classes; c++) {
      destination.put(to + c, toFloat(source.getShort(offset + c * Short.BYTES)));
    }
    destination.position(to + classes);
    return FiniteBits.halves(source, offset, classes);
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

  /**
   * The float with the half's value. Shifted into place, a half's exponent is 112 too small;
   * multiplying by 2^112 sets that right for normal and subnormal numbers alike, exactly.
   */
  static float toFloat(short half) {
    int magnitude = half & MAGNITUDE;
    int sign = (half & 0x8000) << 16;
    if (magnitude >= EXPONENT) {
      return Float.intBitsToFloat(sign | 0x7f800000 | (magnitude << 13));
    }
    float scaled = Float.intBitsToFloat(magnitude << 13) * 0x1p112f;
    return Float.intBitsToFloat(Float.floatToRawIntBits(scaled) | sign);
  }
}
