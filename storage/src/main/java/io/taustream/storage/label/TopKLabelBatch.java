package io.taustream.storage.label;

import io.taustream.storage.sample.SampleView;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.arrow.memory.ArrowBuf;

/**
 * A batch of top-k labels in Arrow memory, four row-major matrices one behind the other in native
 * byte order: indices {@code int32 rows × k}, logits {@code float32 rows × k}, for each of the m
 * rest temperatures the rest's log-sum-exp, {@code float32 rows × m}, and the rest's mean and
 * variance, {@code float32 rows × 2}. Their meaning is {@link TopK}'s. Ownership and threads are
 * {@link SoftLabels}'.
 */
public final class TopKLabelBatch implements SoftLabels {
  private final List<SampleView> rows;
  private final int classes;
  private final TopK encoding;
  private final LabelMatrices matrices;

  /**
   * @param encoding with k below {@code classes}
   * @param memory at least {@link #bytes} long; the batch takes over the caller's reference, and
   *     gives it back if it cannot be made
   * @throws IllegalArgumentException if k or the memory does not fit
   */
  public TopKLabelBatch(List<SampleView> rows, int classes, TopK encoding, ArrowBuf memory) {
    long room = memory.capacity();
    if (encoding.k() >= classes || room < bytes(rows.size(), encoding)) {
      memory.close();
      throw new IllegalArgumentException(
          "%d bytes hold no %d labels of %d classes as %s"
              .formatted(room, rows.size(), classes, encoding));
    }
    this.rows = List.copyOf(rows);
    this.classes = classes;
    this.encoding = encoding;
    this.matrices = new LabelMatrices(rows.size(), memory);
  }

  /** The bytes of so many rows. */
  public static long bytes(int rows, TopK encoding) {
    return LabelMatrices.bytes(
        rows, 2 * encoding.k() + encoding.restTemperatures().size() + TopK.MOMENTS);
  }

  @Override
  public List<SampleView> rows() {
    return rows;
  }

  @Override
  public int classes() {
    return classes;
  }

  /** How many classes of a row are there, and at which temperatures the rest is. */
  public TopK encoding() {
    return encoding;
  }

  /** The classes in place, int32 rows × k, by falling logit. Valid until the batch is closed. */
  public ByteBuffer indices() {
    return matrices.part(0, encoding.k());
  }

  /** Their logits in place, float32 rows × k. Valid until the batch is closed. */
  public ByteBuffer logits() {
    return matrices.part(encoding.k(), encoding.k());
  }

  /** The rest's log-sum-exp in place, float32 rows × m. Valid until the batch is closed. */
  public ByteBuffer restLogSumExp() {
    return matrices.part(2 * encoding.k(), encoding.restTemperatures().size());
  }

  /** The rest's mean and variance in place, float32 rows × 2. Valid until the batch is closed. */
  public ByteBuffer restMoments() {
    return matrices.part(2 * encoding.k() + encoding.restTemperatures().size(), TopK.MOMENTS);
  }

  /** All of it, to be written from the first row on. Valid until the batch is closed. */
  public TopKColumns columns() {
    return new TopKColumns(
        indices().asIntBuffer(),
        logits().asFloatBuffer(),
        restLogSumExp().asFloatBuffer(),
        restMoments().asFloatBuffer());
  }

  @Override
  public void close() {
    matrices.memory().close();
  }
}
