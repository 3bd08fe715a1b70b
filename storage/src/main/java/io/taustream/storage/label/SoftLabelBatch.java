package io.taustream.storage.label;

import io.taustream.storage.sample.SampleView;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;
import org.apache.arrow.memory.ArrowBuf;

/**
 * A batch of teacher logits of all classes: float32, row major, {@code rows × classes}, in Arrow
 * memory. Ownership and threads are {@link SoftLabels}'.
 */
public final class SoftLabelBatch implements SoftLabels {
  private final List<SampleView> rows;
  private final int classes;
  private final ArrowBuf logits;

  /**
   * @param logits at least {@code rows.size() * classes * 4} bytes; the batch takes over the
   *     caller's reference
   */
  public SoftLabelBatch(List<SampleView> rows, int classes, ArrowBuf logits) {
    if (logits.capacity() < (long) rows.size() * classes * Float.BYTES) {
      throw new IllegalArgumentException(
          "%d bytes hold no %d x %d logits".formatted(logits.capacity(), rows.size(), classes));
    }
    this.rows = List.copyOf(rows);
    this.classes = classes;
    this.logits = logits;
  }

  @Override
  public List<SampleView> rows() {
    return rows;
  }

  @Override
  public int classes() {
    return classes;
  }

  /** The logits in place: native byte order, exactly {@code size() * classes()} floats long. */
  public FloatBuffer logits() {
    return bytes().asFloatBuffer();
  }

  /**
   * The logits' bytes in place, for a native tensor to lie over. Valid until the batch is closed.
   */
  public ByteBuffer bytes() {
    // ArrowBuf.capacity() is rounded up: the exact length is ours to state.
    return logits
        .nioBuffer(0, Math.toIntExact((long) rows.size() * classes * Float.BYTES))
        .order(ByteOrder.nativeOrder());
  }

  @Override
  public void close() {
    logits.close();
  }
}
