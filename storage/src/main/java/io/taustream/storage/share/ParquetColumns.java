package io.taustream.storage.share;

import io.taustream.storage.TaustreamException;
import io.taustream.storage.label.DenseF16;
import io.taustream.storage.label.LabelColumn;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.apache.parquet.column.ColumnReader;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.LogicalTypeAnnotation.Float16LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.ListLogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;

/**
 * Where in a Parquet file the columns lie that labels are read from; others of the file are passed
 * over. Immutable.
 */
final class ParquetColumns {
  static final String ORDINAL = "ordinal";
  static final String KEY = "key";
  static final String LABEL = "label";
  static final String VIEW = "view";
  static final String VIEW_SEED = "view_seed";

  private final String where;
  private final MessageType file;
  private final MessageType read;

  /**
   * @param where the file's name, for messages
   * @throws TaustreamException if a column is missing or has a type that cannot be read
   */
  ParquetColumns(MessageType file, List<LabelColumn> labels, String where) {
    this.file = file;
    this.where = where;
    List<Type> types = new ArrayList<>();
    for (String integer : List.of(ORDINAL, LABEL, VIEW, VIEW_SEED)) {
      types.add(scalar(integer));
    }
    types.add(key());
    labels.forEach(column -> types.add(list(column)));
    this.read = new MessageType(file.getName(), types);
  }

  /** The columns that are read. */
  MessageType schema() {
    return read;
  }

  private Type scalar(String name) {
    Type type = find(name);
    if (!type.isPrimitive()
        || type.isRepetition(Type.Repetition.REPEATED)
        || !isInteger(type.asPrimitiveType())) {
      throw wrong(type, "an integer");
    }
    return type;
  }

  private Type key() {
    Type type = find(KEY);
    if (!type.isPrimitive()
        || type.isRepetition(Type.Repetition.REPEATED)
        || type.asPrimitiveType().getPrimitiveTypeName() != PrimitiveTypeName.BINARY) {
      throw wrong(type, "a string");
    }
    return type;
  }

  private Type list(LabelColumn column) {
    Type type = find(column.name());
    ShareElement element = ShareElement.of(column);
    String expected =
        "a list of %d, each %s"
            .formatted(column.length(), element.isFloat() ? "float16 or float32" : "an integer");
    if (type.isPrimitive()
        || !(type.getLogicalTypeAnnotation() instanceof ListLogicalTypeAnnotation)) {
      throw wrong(type, expected);
    }
    Type repeated = type.asGroupType().getType(0);
    if (repeated.isPrimitive() || repeated.asGroupType().getFieldCount() != 1) {
      throw wrong(type, expected);
    }
    GroupType item = repeated.asGroupType();
    if (!item.getType(0).isPrimitive()) {
      throw wrong(type, expected);
    }
    PrimitiveType found = item.getType(0).asPrimitiveType();
    if (!(element.isFloat() ? isFloat(found) : isInteger(found))) {
      throw wrong(type, expected);
    }
    return type;
  }

  private static boolean isInteger(PrimitiveType type) {
    return type.getPrimitiveTypeName() == PrimitiveTypeName.INT32
        || type.getPrimitiveTypeName() == PrimitiveTypeName.INT64;
  }

  private static boolean isFloat(PrimitiveType type) {
    return type.getPrimitiveTypeName() == PrimitiveTypeName.FLOAT || isHalf(type);
  }

  private static boolean isHalf(PrimitiveType type) {
    return type.getLogicalTypeAnnotation() instanceof Float16LogicalTypeAnnotation;
  }

  /** The current value of an integer column. */
  static long integer(ColumnReader source) {
    return source.getDescriptor().getPrimitiveType().getPrimitiveTypeName()
            == PrimitiveTypeName.INT64
        ? source.getLong()
        : source.getInteger();
  }

  /** The current value of a column of float32 or float16. */
  static float number(ColumnReader source) {
    if (!isHalf(source.getDescriptor().getPrimitiveType())) {
      return source.getFloat();
    }
    return DenseF16.toFloat(
        source.getBinary().toByteBuffer().order(ByteOrder.LITTLE_ENDIAN).getShort());
  }

  private Type find(String name) {
    if (!file.containsField(name)) {
      throw new TaustreamException(
          "%s has no column '%s', only %s; write it as docs/formats.md states"
              .formatted(where, name, file.getFields().stream().map(Type::getName).toList()));
    }
    return file.getType(name);
  }

  private TaustreamException wrong(Type type, String expected) {
    return new TaustreamException(
        "%s: its column '%s' is %s; expected is %s"
            .formatted(where, type.getName(), type.toString().replaceAll("\\s+", " "), expected));
  }
}
