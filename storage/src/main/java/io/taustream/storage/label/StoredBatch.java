package io.taustream.storage.label;

import io.taustream.storage.TaustreamException;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.arrow.flatbuf.Buffer;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.RecordBatch;

/** One record batch as it lies in its file. Thread-safe. */
sealed interface StoredBatch permits MappedBatch, CompressedBatch {
  /** The whole block as it is stored, message and body, little-endian. */
  ByteBuffer bytes();

  /** The batch to read from; whoever opens it closes it. */
  MappedBatch open();

  /**
   * Reads a block's message and checks that it is laid out as the writer lays it out.
   *
   * @param rows that the batch must have
   * @param decompressed where a compressed batch is read
   * @param where file and batch, for messages
   */
  static StoredBatch of(
      ByteBuffer block,
      LabelBlock place,
      int rows,
      List<LabelColumn> columns,
      DecompressedBatches decompressed,
      String where) {
    try {
      var message = MappedBatch.message(block, where);
      if (message.headerType() != MessageHeader.RecordBatch) {
        throw LabelFooter.damaged(where, "it is no record batch");
      }
      RecordBatch batch = (RecordBatch) message.header(new RecordBatch());
      if (batch.length() != rows) {
        throw LabelFooter.damaged(
            where, "it has %d rows, expected are %d".formatted(batch.length(), rows));
      }
      if (batch.buffersLength() <= LabelBatchLayout.KEY_BYTES) {
        throw LabelFooter.damaged(where, "it has no keys");
      }
      if (message.bodyLength() != place.bodyLength()) {
        throw LabelFooter.damaged(where, "its body has another length than its footer says");
      }
      if (batch.compression() != null) {
        return CompressedBatch.of(block, place, batch, rows, columns, decompressed, where);
      }
      long keyBytes = batch.buffers(LabelBatchLayout.KEY_BYTES).length();
      LabelBatchLayout layout = new LabelBatchLayout(rows, Math.max(0, keyBytes), columns);
      requireLayout(batch, layout, place, where);
      return MappedBatch.at(block, place.metadataLength(), layout, columns.size(), () -> {});
    } catch (TaustreamException e) {
      throw e;
    } catch (RuntimeException e) {
      throw LabelFooter.unreadable(where, "its message", e);
    }
  }

  /** Fails unless the buffers lie at these places of a body of that length. */
  static void requireLayout(
      RecordBatch batch, LabelBatchLayout layout, LabelBlock place, String where) {
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
    if (layout.bodyLength() != place.bodyLength()) {
      throw LabelFooter.damaged(where, "its body has another length than its columns");
    }
  }
}
