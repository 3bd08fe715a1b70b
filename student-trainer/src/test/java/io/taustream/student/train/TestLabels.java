package io.taustream.student.train;

import io.taustream.storage.label.Sampled;
import io.taustream.storage.label.SampledColumns;
import io.taustream.storage.label.SampledLabelBatch;
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

/** Top-k and sampled labels of given logits, as a label file would hold them. */
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
      encoding.encode(logits.slice(row * classes, classes), classes, 0, columns);
      for (ByteBuffer column : columns) {
        column.flip();
      }
      for (int i = 0; i < encoding.k(); i++) {
        to.indices().put(Short.toUnsignedInt(columns[0].getShort(i * Short.BYTES)));
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

  /**
   * Labels in memory of the allocator; each row draws for itself.
   *
   * @param logits rows × classes, row major
   * @param encoding of at most 255 draws
   */
  public static SampledLabelBatch sampled(
      List<SampleView> rows, FloatBuffer logits, Sampled encoding, BufferAllocator allocator) {
    int classes = logits.remaining() / rows.size();
    long bytes = SampledLabelBatch.bytes(rows.size(), encoding);
    SampledLabelBatch batch =
        new SampledLabelBatch(rows, classes, encoding, allocator.buffer(bytes));
    SampledColumns to = batch.columns();
    ByteBuffer[] columns =
        encoding.columns(classes).stream()
            .map(column -> ByteBuffer.allocate(column.rowBytes()).order(ByteOrder.LITTLE_ENDIAN))
            .toArray(ByteBuffer[]::new);
    for (int row = 0; row < rows.size(); row++) {
      encoding.encode(logits.slice(row * classes, classes), classes, row, columns);
      for (ByteBuffer column : columns) {
        column.flip();
      }
      to.topIndex().put(Short.toUnsignedInt(columns[0].getShort()));
      to.topLogit().put(Float16.toFloat(columns[1].getShort()));
      for (int i = 0; i < encoding.n(); i++) {
        to.indices().put(Short.toUnsignedInt(columns[2].getShort()));
        to.counts().put(Byte.toUnsignedInt(columns[3].get()));
        to.logits().put(Float16.toFloat(columns[4].getShort()));
      }
      to.logSumExp().put(columns[5].asFloatBuffer());
      for (ByteBuffer column : columns) {
        column.clear();
      }
    }
    return batch;
  }
}
