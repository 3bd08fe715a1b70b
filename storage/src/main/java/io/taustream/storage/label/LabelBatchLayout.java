package io.taustream.storage.label;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The buffers of one record batch: for each column its (empty) validity bitmap, then its data, each
 * beginning at a multiple of 64 bytes from the body's start. It follows from the number of rows and
 * the bytes of their keys alone, unless they are compressed.
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
    this(rows, lengths(rows, keyBytes, columns), nodes(rows, columns));
  }

  private static long[] lengths(int rows, long keyBytes, List<LabelColumn> columns) {
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
    for (LabelColumn column : columns) {
      sizes.addAll(List.of(0L, 0L, (long) rows * column.rowBytes()));
    }
    return sizes.stream().mapToLong(Long::longValue).toArray();
  }

  private static long[] nodes(int rows, List<LabelColumn> columns) {
    List<Long> counts =
        new ArrayList<>(List.of((long) rows, (long) rows, (long) rows, (long) rows));
    for (LabelColumn column : columns) {
      counts.addAll(List.of((long) rows, (long) rows * column.length()));
    }
    return counts.stream().mapToLong(Long::longValue).toArray();
  }

  private LabelBatchLayout(int rows, long[] lengths, long[] nodes) {
    this.rows = rows;
    this.lengths = lengths;
    this.nodes = nodes;
    offsets = new long[lengths.length];
    long end = 0;
    for (int i = 0; i < lengths.length; i++) {
      offsets[i] = end;
      end = LabelFileFormat.align(end + lengths[i]);
    }
    bodyLength = end;
  }

  /**
   * The same columns in buffers of other lengths, as they are when compressed.
   *
   * @param stored the length of each buffer, none below 0
   */
  LabelBatchLayout withLengths(long[] stored) {
    return new LabelBatchLayout(rows, stored.clone(), nodes);
  }

  /** The places in the list of buffers of the data: of all columns, validity bitmaps left out. */
  int[] dataBuffers() {
    return IntStream.concat(
            IntStream.of(KEY_OFFSETS, KEY_BYTES, LABEL, VIEW, VIEW_SEED),
            IntStream.range(0, (lengths.length - column(0)) / 3 + 1).map(LabelBatchLayout::column))
        .toArray();
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
