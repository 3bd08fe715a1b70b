package io.taustream.storage.label;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.apache.arrow.memory.ArrowBuf;

/**
 * Row-major matrices of four-byte values, equally many rows each, one behind the other in native
 * byte order.
 *
 * @param rows of each
 * @param memory that they lie in; it stays the caller's
 */
record LabelMatrices(int rows, ArrowBuf memory) {
  /** The bytes of so many rows of all matrices together. */
  static long bytes(int rows, int width) {
    return (long) rows * width * Float.BYTES;
  }

  /**
   * One of them, in place.
   *
   * @param before the widths of those before it
   * @param width its own
   */
  ByteBuffer part(int before, int width) {
    return memory
        .nioBuffer(bytes(rows, before), Math.toIntExact(bytes(rows, width)))
        .order(ByteOrder.nativeOrder());
  }
}
