package io.taustream.storage.label;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The buffers of one record batch: for each column its (empty) validity bitmap, then its data, each
 * beginning at a multiple of 64 bytes from the body's start. It follows from the number of rows and
 * the bytes of their keys alone.
 */
final class LabelBatchLayout {
  // Places in Arrow's list of buffers; each column's validity bitmap stands before its data.
  static final int KEY_OFFSETS = 1;
  static final int KEY_BYTES = 2;
  static final int LABEL = 4;
  static final int VIEW = 6;
  static final int VIEW_SEED = 8;

  private final int rows;
  private final long[] offsets;
  private final long[] lengths;
  private final long[] nodes;
  private final long bodyLength;

  LabelBatchLayout(int rows, long keyBytes, List<LabelColumn> columns) {
    this.rows = rows;
    List<Long> sizes =
        new ArrayList<>(
            List.of(
                0L,
                (rows + 1L) * Integer.BYTES,
                keyBytes,
                0L,
                (long) rows * Integer.BYTES,
                0L,
                (long) rows * Short.BYTES,
                0L,
                (long) rows * Long.BYTES));
    List<Long> counts =
        new ArrayList<>(List.of((long) rows, (long) rows, (long) rows, (long) rows));
    for (LabelColumn column : columns) {
      sizes.addAll(List.of(0L, 0L, (long) rows * column.rowBytes()));
      counts.addAll(List.of((long) rows, (long) rows * column.length()));
    }
    lengths = sizes.stream().mapToLong(Long::longValue).toArray();
    nodes = counts.stream().mapToLong(Long::longValue).toArray();
    offsets = new long[lengths.length];
    long end = 0;
    for (int i = 0; i < lengths.length; i++) {
      offsets[i] = end;
      end = LabelFileFormat.align(end + lengths[i]);
    }
    bodyLength = end;
  }

  /** The place in the list of buffers of an encoding's i-th column. */
  static int column(int i) {
    return 11 + 3 * i;
  }

  int rows() {
    return rows;
  }

  int buffers() {
    return lengths.length;
  }

  long offset(int buffer) {
    return offsets[buffer];
  }

  long length(int buffer) {
    return lengths[buffer];
  }

  /** The number of values of each field, depth first. */
  long[] nodes() {
    return Arrays.copyOf(nodes, nodes.length);
  }

  long bodyLength() {
    return bodyLength;
  }
}
