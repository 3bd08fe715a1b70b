package io.taustream.storage.label;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.pojo.ArrowType;

/**
 * All logits as they are: column {@code logits: fixed_size_list<float32>[classes]}. Infinities and
 * NaN are refused.
 */
public record DenseF32() implements LabelEncoding {
  static final String NAME = "dense-f32";
  static final ArrowType SINGLE = new ArrowType.FloatingPoint(FloatingPointPrecision.SINGLE);

  @Override
  public String text() {
    return NAME;
  }

  @Override
  public List<LabelColumn> columns(int classes) {
    return List.of(new LabelColumn("logits", SINGLE, Float.BYTES, classes));
  }

  @Override
  public int firstUnstorable(FloatBuffer logits, int classes) {
    int start = logits.position();
    for (int c = 0; c < classes; c++) {
      if (!Float.isFinite(logits.get(start + c))) {
        return c;
      }
    }
    return -1;
  }

  @Override
  public void encode(FloatBuffer logits, int classes, long drawSeed, ByteBuffer[] columns) {
    int start = logits.position();
    for (int c = 0; c < classes; c++) {
      columns[0].putFloat(logits.get(start + c));
    }
  }

  @Override
  public boolean decode(
      ByteBuffer source, int[] bases, int row, int classes, FloatBuffer destination) {
    int offset = bases[0] + row * classes * Float.BYTES;
    int to = destination.position();
    FloatBuffer stored =
        source.slice(offset, classes * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    destination.put(to, stored, 0, classes);
    destination.position(to + classes);
    return FiniteBits.floats(source, offset, classes);
  }

  @Override
  public String inspect(ByteBuffer source, int[] bases, int row, int classes) {
    int offset = bases[0] + row * classes * Float.BYTES;
    for (int c = 0; c < classes; c++) {
      float logit = source.getFloat(offset + c * Float.BYTES);
      if (!Float.isFinite(logit)) {
        return "the logit of class %d is %s".formatted(c, logit);
      }
    }
    return null;
  }
}
