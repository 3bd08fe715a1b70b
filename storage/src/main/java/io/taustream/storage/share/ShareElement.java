package io.taustream.storage.share;

import io.taustream.storage.label.DenseF16;
import io.taustream.storage.label.LabelColumn;
import java.nio.ByteBuffer;
import org.apache.arrow.memory.util.Float16;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.pojo.ArrowType;

/** What a label file's columns are made of, and how such a value is had from other types. */
public enum ShareElement {
  FLOAT16(0, 0),
  FLOAT32(0, 0),
  UINT8(0, 0xFF),
  UINT16(0, 0xFFFF),
  INT32(Integer.MIN_VALUE, Integer.MAX_VALUE);

  private final long least;
  private final long most;

  ShareElement(long least, long most) {
    this.least = least;
    this.most = most;
  }

  /** The elements of a column. */
  public static ShareElement of(LabelColumn column) {
    if (column.element() instanceof ArrowType.FloatingPoint floating) {
      return floating.getPrecision() == FloatingPointPrecision.HALF ? FLOAT16 : FLOAT32;
    }
    return switch (column.elementBytes()) {
      case Byte.BYTES -> UINT8;
      case Short.BYTES -> UINT16;
      default -> INT32;
    };
  }

  /** Whether {@link #put(ByteBuffer, float)} takes its values; else the other one does. */
  public boolean isFloat() {
    return this == FLOAT16 || this == FLOAT32;
  }

  /** Appends a number; to float16 it is rounded to the nearest, ties to even, as labelling does. */
  public void put(ByteBuffer column, float value) {
    if (this == FLOAT16) {
      column.putShort(Float16.toFloat16(value));
    } else {
      column.putFloat(value);
    }
  }

  /**
   * Appends an integer.
   *
   * @throws NumberFormatException if the column cannot hold it, its message beginning with "is"
   */
  public void put(ByteBuffer column, long value) {
    requireRange(value, least, most);
    switch (this) {
      case UINT8 -> column.put((byte) value);
      case UINT16 -> column.putShort((short) value);
      default -> column.putInt((int) value);
    }
  }

  /** The next number of a column, exactly. */
  float nextFloat(ByteBuffer column) {
    return this == FLOAT16 ? DenseF16.toFloat(column.getShort()) : column.getFloat();
  }

  /** The next integer of a column. */
  int nextInteger(ByteBuffer column) {
    return switch (this) {
      case UINT8 -> Byte.toUnsignedInt(column.get());
      case UINT16 -> Short.toUnsignedInt(column.getShort());
      default -> column.getInt();
    };
  }

  /** Fails unless the value lies between these, inclusively. */
  static long requireRange(long value, long least, long most) {
    if (value < least || value > most) {
      throw new NumberFormatException("is %d; allowed are %d to %d".formatted(value, least, most));
    }
    return value;
  }
}
