package io.taustream.storage.label;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;

/**
 * Reads consecutive rows of a record batch, all at once where the encoding lets their numbers lie
 * side by side. Has memory of its own to convert in: for one thread.
 */
interface RowsDecoder {
  /**
   * Like {@link LabelEncoding#decode} for several rows.
   *
   * @param rows how many, from {@code row} on, all in this batch
   * @param destination receives {@code rows} × {@code classes} floats at its position, which
   *     advances
   * @return false if a stored value is not finite; what the destination then holds says nothing
   */
  boolean decode(
      ByteBuffer source, int[] bases, int row, int rows, int classes, FloatBuffer destination);

  /** The fastest one that there is for an encoding. */
  static RowsDecoder of(LabelEncoding encoding) {
    if (encoding instanceof DenseF16) {
      return new HalfRows();
    }
    if (encoding instanceof DenseF32) {
      return new FloatRows();
    }
    return (source, bases, row, rows, classes, destination) -> {
      boolean finite = true;
      for (int i = row; i < row + rows; i++) {
        finite &= encoding.decode(source, bases, i, classes, destination);
      }
      return finite;
    };
  }
}
