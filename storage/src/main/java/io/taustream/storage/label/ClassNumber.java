package io.taustream.storage.label;

import java.nio.ByteBuffer;
import org.apache.arrow.vector.types.pojo.ArrowType;

/** How a column holds classes: in two bytes each, where all of them fit. */
enum ClassNumber {
  /** For up to 65,536 classes. */
  UINT16(Short.BYTES),

  /** For more. */
  INT32(Integer.BYTES);

  private static final int MOST_SHORT = 1 << Short.SIZE;

  private final int bytes;

  ClassNumber(int bytes) {
    this.bytes = bytes;
  }

  /** What so many classes are numbered in. */
  static ClassNumber of(int classes) {
    return classes <= MOST_SHORT ? UINT16 : INT32;
  }

  /** A column of {@code length} classes a row. */
  LabelColumn column(String name, int length) {
    ArrowType type = new ArrowType.Int(bytes * Byte.SIZE, this == INT32);
    return new LabelColumn(name, type, bytes, length);
  }

  void put(ByteBuffer column, int index) {
    if (this == UINT16) {
      column.putShort((short) index);
    } else {
      column.putInt(index);
    }
  }

  /**
   * @param base where the column begins in {@code source}
   * @param place of the class in the column, over all rows
   */
  int get(ByteBuffer source, int base, int place) {
    int offset = base + place * bytes;
    return this == UINT16 ? Short.toUnsignedInt(source.getShort(offset)) : source.getInt(offset);
  }
}
