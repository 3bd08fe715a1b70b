package io.taustream.storage.label;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.apache.arrow.flatbuf.Message;

/**
 * One record batch in place: in its file, where nothing is to be released, or decompressed.
 *
 * @param bytes the whole block, message and body, little-endian; of a decompressed one the body
 * @param keyOffsets where each fixed column begins in {@code bytes}
 * @param columns where each of the encoding's columns begins in {@code bytes}
 * @param release called when the batch is closed
 */
// The array is shared with nobody and never written.
@SuppressWarnings("ArrayRecordComponent")
record MappedBatch(
    ByteBuffer bytes,
    int rows,
    int keyOffsets,
    int keyBytes,
    int keyBytesLength,
    int labels,
    int views,
    int viewSeeds,
    int[] columns,
    Runnable release)
    implements StoredBatch, AutoCloseable {

  /**
   * A batch whose body lies in memory as {@code layout} says.
   *
   * @param base where the body begins in {@code bytes}
   * @param columns how many columns the encoding has
   * @param release called when the batch is closed
   */
  static MappedBatch at(
      ByteBuffer bytes, int base, LabelBatchLayout layout, int columns, Runnable release) {
    int[] starts = new int[columns];
    for (int i = 0; i < starts.length; i++) {
      starts[i] = start(base, layout, LabelBatchLayout.column(i));
    }
    return new MappedBatch(
        bytes,
        layout.rows(),
        start(base, layout, LabelBatchLayout.KEY_OFFSETS),
        start(base, layout, LabelBatchLayout.KEY_BYTES),
        Math.toIntExact(layout.length(LabelBatchLayout.KEY_BYTES)),
        start(base, layout, LabelBatchLayout.LABEL),
        start(base, layout, LabelBatchLayout.VIEW),
        start(base, layout, LabelBatchLayout.VIEW_SEED),
        starts,
        release);
  }

  /** The message at the buffer's front, behind its prefix. */
  static Message message(ByteBuffer framed, String where) {
    ByteBuffer little = framed.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    int length = little.getInt(Integer.BYTES);
    if (little.getInt(0) != LabelFileFormat.CONTINUATION
        || length <= 0
        || length > little.capacity() - 2 * Integer.BYTES) {
      throw LabelFooter.damaged(where, "it does not begin with a message");
    }
    return Message.getRootAsMessage(
        little.slice(2 * Integer.BYTES, length).order(ByteOrder.LITTLE_ENDIAN));
  }

  private static int start(int base, LabelBatchLayout layout, int buffer) {
    return Math.toIntExact(base + layout.offset(buffer));
  }

  @Override
  public MappedBatch open() {
    return this;
  }

  @Override
  public void close() {
    release.run();
  }

  int label(int row) {
    return bytes.getInt(labels + row * Integer.BYTES);
  }

  int view(int row) {
    return Short.toUnsignedInt(bytes.getShort(views + row * Short.BYTES));
  }

  long viewSeed(int row) {
    return bytes.getLong(viewSeeds + row * Long.BYTES);
  }

  /** The key's UTF-8 bytes. */
  byte[] key(int row) {
    int from = bytes.getInt(keyOffsets + row * Integer.BYTES);
    int to = bytes.getInt(keyOffsets + (row + 1) * Integer.BYTES);
    if (from < 0 || from > to || to > keyBytesLength) {
      throw new DamagedLabelFileException(
          "the key of row %d lies at %d to %d of %d bytes; run 'taustream labels verify'"
              .formatted(row, from, to, keyBytesLength));
    }
    byte[] key = new byte[to - from];
    bytes.get(keyBytes + from, key);
    return key;
  }
}
