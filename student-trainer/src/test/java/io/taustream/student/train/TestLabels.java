package io.taustream.student.train;

import io.taustream.storage.label.TopK;
import io.taustream.storage.label.TopKColumns;
import io.taustream.storage.label.TopKLabelBatch;
import io.taustream.storage.sample.SampleView;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.util.Float16;

/** Top-k labels of given logits, as a label file would hold them. */
public final class TestLabels {
  private TestLabels() {}

  /**
   * Labels in memory of the allocator.
   *
   * @param logits rows × classes, row major
   */
  public static TopKLabelBatch topK(
      List<SampleView> rows, FloatBuffer logits, TopK encoding, BufferAllocator allocator) {
    int classes = logits.remaining() / rows.size();
    TopKLabelBatch batch =
        new TopKLabelBatch(
            rows, classes, encoding, allocator.buffer(TopKLabelBatch.bytes(rows.size(), encoding)));
    TopKColumns to = batch.columns();
    ByteBuffer[] columns =
        encoding.columns(classes).stream()
            .map(column -> ByteBuffer.allocate(column.rowBytes()).order(ByteOrder.LITTLE_ENDIAN))
            .toArray(ByteBuffer[]::new);
    for (int row = 0; row < rows.size(); row++) {
      encoding.encode(logits.slice(row * classes, classes), classes, columns);
      for (ByteBuffer column : columns) {
        column.flip();
      }
      to.indices().put(columns[0].asIntBuffer());
      for (int i = 0; i < encoding.k(); i++) {
        to.logits().put(Float16.toFloat(columns[1].getShort(i * Short.BYTES)));
      }
      to.restLogSumExp().put(columns[2].asFloatBuffer());
      to.restMoments().put(columns[3].asFloatBuffer());
      for (ByteBuffer column : columns) {
        column.clear();
      }
    }
    return batch;
  }
}
