package io.taustream.storage.label;

import io.taustream.storage.TaustreamException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.apache.arrow.flatbuf.Buffer;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.RecordBatch;

/**
 * One record batch in place.
 *
 * @param bytes the whole block, message and body, little-endian
 * @param keyOffsets where each fixed column begins in {@code bytes}
 * @param columns where each of the encoding's columns begins in {@code bytes}
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
    int[] columns) {

  /**
   * Reads a block's message and checks that it is laid out as the writer lays it out.
   *
   * @param rows that the batch must have
   * @param where file and batch, for messages
   */
  static MappedBatch of(
      ByteBuffer block, LabelBlock place, int rows, List<LabelColumn> columns, String where) {
    try {
      Message message = message(block, where);
      if (message.headerType() != MessageHeader.RecordBatch) {
        throw LabelFooter.damaged(where, "it is no record batch");
      }
      RecordBatch batch = (RecordBatch) message.header(new RecordBatch());
      if (batch.compression() != null) {
        throw LabelFooter.damaged(where, "it is compressed, which cannot be read in place");
      }
      if (batch.length() != rows) {
        throw LabelFooter.damaged(
            where, "it has %d rows, expected are %d".formatted(batch.length(), rows));
      }
      if (batch.buffersLength() <= LabelBatchLayout.KEY_BYTES) {
        throw LabelFooter.damaged(where, "it has no keys");
      }
      long keyBytes = batch.buffers(LabelBatchLayout.KEY_BYTES).length();
      LabelBatchLayout layout = new LabelBatchLayout(rows, Math.max(0, keyBytes), columns);
      requireLayout(batch, layout, where);
      if (layout.bodyLength() != place.bodyLength() || message.bodyLength() != place.bodyLength()) {
        throw LabelFooter.damaged(where, "its body has another length than its columns");
      }
      int base = place.metadataLength();
      int[] starts = new int[columns.size()];
      for (int i = 0; i < starts.length; i++) {
        starts[i] = start(base, layout, LabelBatchLayout.column(i));
      }
      return new MappedBatch(
          block,
          rows,
          start(base, layout, LabelBatchLayout.KEY_OFFSETS),
          start(base, layout, LabelBatchLayout.KEY_BYTES),
          Math.toIntExact(keyBytes),
          start(base, layout, LabelBatchLayout.LABEL),
          start(base, layout, LabelBatchLayout.VIEW),
          start(base, layout, LabelBatchLayout.VIEW_SEED),
          starts);
    } catch (TaustreamException e) {
      throw e;
    } catch (RuntimeException e) {
      throw LabelFooter.unreadable(where, "its message", e);
    }
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

  private static void requireLayout(RecordBatch batch, LabelBatchLayout layout, String where) {
    boolean same =
        batch.buffersLength() == layout.buffers() && batch.nodesLength() == layout.nodes().length;
    for (int i = 0; same && i < layout.buffers(); i++) {
      Buffer buffer = batch.buffers(i);
      same = buffer.offset() == layout.offset(i) && buffer.length() == layout.length(i);
    }
    for (int i = 0; same && i < layout.nodes().length; i++) {
      same = batch.nodes(i).length() == layout.nodes()[i] && batch.nodes(i).nullCount() == 0;
    }
    if (!same) {
      throw LabelFooter.damaged(where, "its buffers do not lie as Taustream writes them");
    }
  }

  private static int start(int base, LabelBatchLayout layout, int buffer) {
    return Math.toIntExact(base + layout.offset(buffer));
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
