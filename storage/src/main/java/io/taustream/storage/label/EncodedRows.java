package io.taustream.storage.label;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * Rows of labels as an encoding stores them: for each of its {@link LabelEncoding#columns} a
 * little-endian matrix rows × elements, one behind the other. Heap memory. Not thread-safe.
 */
public final class EncodedRows {
  private final List<LabelColumn> columns;
  private final ByteBuffer bytes;
  private final int[] bases;
  private final ByteBuffer[] parts;

  private EncodedRows(List<LabelColumn> columns, int rows) {
    this.columns = List.copyOf(columns);
    this.bases = new int[columns.size()];
    this.parts = new ByteBuffer[columns.size()];
    int end = 0;
    for (int i = 0; i < bases.length; i++) {
      bases[i] = end;
      end = Math.addExact(end, Math.multiplyExact(rows, columns.get(i).rowBytes()));
    }
    this.bytes = ByteBuffer.allocate(end).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < bases.length; i++) {
      int length = rows * columns.get(i).rowBytes();
      parts[i] = bytes.slice(bases[i], length).order(ByteOrder.LITTLE_ENDIAN);
    }
  }

  /** Memory for so many rows, none of which is there yet. */
  public static EncodedRows allocate(List<LabelColumn> columns, int rows) {
    return new EncodedRows(columns, rows);
  }

  /** What a row is made of. */
  public List<LabelColumn> columns() {
    return columns;
  }

  /** One column, little-endian, its position behind the rows that are there: rows are put here. */
  public ByteBuffer column(int i) {
    return parts[i];
  }

  /** Forgets all rows. */
  public void clear() {
    for (ByteBuffer part : parts) {
      part.clear();
    }
  }

  /** Appends a row of a record batch. */
  void append(ByteBuffer source, int[] from, int row) {
    for (int i = 0; i < parts.length; i++) {
      int width = columns.get(i).rowBytes();
      parts[i].put(source.slice(from[i] + row * width, width));
    }
  }

  /** What of a row no encoding of this set could have written; null for a label. */
  public String inspect(int row, LabelSet set) {
    return set.encoding().inspect(bytes, bases, row, set.classes());
  }

  /** Appends a row to other columns, one buffer for each. */
  public void copy(int row, ByteBuffer[] targets) {
    for (int i = 0; i < targets.length; i++) {
      int width = columns.get(i).rowBytes();
      targets[i].put(bytes.slice(bases[i] + row * width, width));
    }
  }
}
