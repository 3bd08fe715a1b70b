package io.taustream.storage.label;

import java.util.List;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;

/**
 * One column of an encoding: {@code fixed_size_list<element>[length]}, neither nullable.
 *
 * @param name of the column in the label file
 * @param element type of one element
 * @param elementBytes size of one element
 * @param length elements a row
 */
public record LabelColumn(String name, ArrowType element, int elementBytes, int length) {
  /** Bytes that one row takes in this column. */
  public int rowBytes() {
    return Math.multiplyExact(elementBytes, length);
  }

  Field field() {
    Field item = new Field("item", FieldType.notNullable(element), List.of());
    return new Field(
        name, FieldType.notNullable(new ArrowType.FixedSizeList(length)), List.of(item));
  }
}
