package io.taustream.storage.share;

import io.taustream.storage.label.DenseF16;
import io.taustream.storage.label.LabelColumn;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.apache.arrow.memory.util.Float16;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.parquet.column.ColumnReader;
import org.apache.parquet.io.api.RecordConsumer;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.Float16LogicalTypeAnnotation;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Types;

/** How the elements of a label file's columns lie in Parquet. */
enum ParquetElement {
  /**
   * As FLOAT, which every reader has: each float16 is a float32. Of FLOAT they are rounded to the
   * nearest, as labelling does.
   */
  FLOAT16("float16 or float32") {
    @Override
    void write(ByteBuffer column, RecordConsumer target) {
      target.addFloat(DenseF16.toFloat(column.getShort()));
    }

    @Override
    void read(ColumnReader source, ByteBuffer column) {
      column.putShort(isHalf(source) ? half(source) : Float16.toFloat16(source.getFloat()));
    }
  },

  /** As FLOAT. */
  FLOAT32("float16 or float32") {
    @Override
    void write(ByteBuffer column, RecordConsumer target) {
      target.addFloat(column.getFloat());
    }

    @Override
    void read(ColumnReader source, ByteBuffer column) {
      column.putFloat(isHalf(source) ? DenseF16.toFloat(half(source)) : source.getFloat());
    }
  },

  /** As INT32 with its logical type. */
  UINT8("an integer") {
    @Override
    void write(ByteBuffer column, RecordConsumer target) {
      target.addInteger(Byte.toUnsignedInt(column.get()));
    }

    @Override
    void read(ColumnReader source, ByteBuffer column) {
      column.put((byte) integer(source, 0, 0xFF));
    }
  },

  /** As INT32 with its logical type. */
  UINT16("an integer") {
    @Override
    void write(ByteBuffer column, RecordConsumer target) {
      target.addInteger(Short.toUnsignedInt(column.getShort()));
    }

    @Override
    void read(ColumnReader source, ByteBuffer column) {
      column.putShort((short) integer(source, 0, 0xFFFF));
    }
  },

  /** As INT32. */
  INT32("an integer") {
    @Override
    void write(ByteBuffer column, RecordConsumer target) {
      target.addInteger(column.getInt());
    }

    @Override
    void read(ColumnReader source, ByteBuffer column) {
      column.putInt((int) integer(source, Integer.MIN_VALUE, Integer.MAX_VALUE));
    }
  };

  private final String readable;

  ParquetElement(String readable) {
    this.readable = readable;
  }

  static ParquetElement of(LabelColumn column) {
    if (column.element() instanceof ArrowType.FloatingPoint floating) {
      return floating.getPrecision() == FloatingPointPrecision.HALF ? FLOAT16 : FLOAT32;
    }
    return switch (column.elementBytes()) {
      case Byte.BYTES -> UINT8;
      case Short.BYTES -> UINT16;
      default -> INT32;
    };
  }

  /** Writes the element at the column's position, which advances. */
  abstract void write(ByteBuffer column, RecordConsumer target);

  /**
   * Appends the current value.
   *
   * @throws NumberFormatException if the element cannot hold it
   */
  abstract void read(ColumnReader source, ByteBuffer column);

  /** A list of these elements, none of which is missing. */
  Type list(String name) {
    if (isFloat()) {
      return Types.requiredList().requiredElement(PrimitiveTypeName.FLOAT).named(name);
    }
    var element = Types.requiredList().requiredElement(PrimitiveTypeName.INT32);
    return switch (this) {
      case UINT8 -> element.as(LogicalTypeAnnotation.intType(Byte.SIZE, false)).named(name);
      case UINT16 -> element.as(LogicalTypeAnnotation.intType(Short.SIZE, false)).named(name);
      default -> element.named(name);
    };
  }

  boolean isFloat() {
    return this == FLOAT16 || this == FLOAT32;
  }

  /** Whether values of this type can be read. */
  boolean reads(PrimitiveType type) {
    return isFloat()
        ? type.getPrimitiveTypeName() == PrimitiveTypeName.FLOAT || isHalf(type)
        : isInteger(type);
  }

  /** What a file may hold, for messages. */
  String readable() {
    return readable;
  }

  static boolean isInteger(PrimitiveType type) {
    return type.getPrimitiveTypeName() == PrimitiveTypeName.INT32
        || type.getPrimitiveTypeName() == PrimitiveTypeName.INT64;
  }

  /**
   * The current value of an integer column.
   *
   * @throws NumberFormatException if it lies outside
   */
  static long integer(ColumnReader source, long least, long most) {
    boolean wide =
        source.getDescriptor().getPrimitiveType().getPrimitiveTypeName() == PrimitiveTypeName.INT64;
    long value = wide ? source.getLong() : source.getInteger();
    if (value < least || value > most) {
      throw new NumberFormatException("is %d; allowed are %d to %d".formatted(value, least, most));
    }
    return value;
  }

  private static boolean isHalf(ColumnReader source) {
    return isHalf(source.getDescriptor().getPrimitiveType());
  }

  private static boolean isHalf(PrimitiveType type) {
    return type.getLogicalTypeAnnotation() instanceof Float16LogicalTypeAnnotation;
  }

  private static short half(ColumnReader source) {
    return source.getBinary().toByteBuffer().order(ByteOrder.LITTLE_ENDIAN).getShort();
  }
}
