package io.taustream.storage.label;

import io.taustream.storage.sample.SampleView;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.arrow.memory.ArrowBuf;

/**
 * A batch of sampled labels in Arrow memory, six row-major matrices one behind the other in native
 * byte order: the teacher's first class {@code int32 rows × 1} and its logit {@code float32 rows ×
 * 1}, the drawn classes {@code int32 rows × n}, their counts {@code int32 rows × n} and logits
 * {@code float32 rows × n}, and for each of the m temperatures the log-sum-exp of all logits,
 * {@code float32 rows × m}. Their meaning is {@link Sampled}'s. Ownership and threads are {@link
 * SoftLabels}'.
 */
public final class SampledLabelBatch implements SoftLabels {
  private final List<SampleView> rows;
  private final int classes;
  private final Sampled encoding;
  private final LabelMatrices matrices;

  /**
   * @param memory at least {@link #bytes} long; the batch takes over the caller's reference, and
   *     gives it back if it cannot be made
   * @throws IllegalArgumentException if the memory does not fit
   */
  public SampledLabelBatch(List<SampleView> rows, int classes, Sampled encoding, ArrowBuf memory) {
    long room = memory.capacity();
    if (room < bytes(rows.size(), encoding)) {
      memory.close();
      throw new IllegalArgumentException(
          "%d bytes hold no %d labels as %s".formatted(room, rows.size(), encoding));
    }
    this.rows = List.copyOf(rows);
    this.classes = classes;
    this.encoding = encoding;
    this.matrices = new LabelMatrices(rows.size(), memory);
  }

  /** The bytes of so many rows. */
  public static long bytes(int rows, Sampled encoding) {
    return LabelMatrices.bytes(rows, 2 + 3 * encoding.n() + encoding.temperatures().size());
  }

  @Override
  public List<SampleView> rows() {
    return rows;
  }

  @Override
  public int classes() {
    return classes;
  }

  /** How many draws a row has, of which proposal, and at which temperatures the mass is known. */
  public Sampled encoding() {
    return encoding;
  }

  /** The teacher's first class in place, int32 rows × 1. Valid until the batch is closed. */
  public ByteBuffer topIndex() {
    return matrices.part(0, 1);
  }

  /** The drawn classes in place, int32 rows × n, then 0. Valid until the batch is closed. */
  public ByteBuffer indices() {
    return matrices.part(2, encoding.n());
  }

  /** How often each was drawn, int32 rows × n, then 0. Valid until the batch is closed. */
  public ByteBuffer counts() {
    return matrices.part(2 + encoding.n(), encoding.n());
  }

  /** Their logits in place, float32 rows × n, then 0. Valid until the batch is closed. */
  public ByteBuffer logits() {
    return matrices.part(2 + 2 * encoding.n(), encoding.n());
  }

  /** The log-sum-exp of all logits in place, float32 rows × m. Valid until the batch is closed. */
  public ByteBuffer logSumExp() {
    return matrices.part(2 + 3 * encoding.n(), encoding.temperatures().size());
  }

  /** All of it, to be written from the first row on. Valid until the batch is closed. */
  public SampledColumns columns() {
    return new SampledColumns(
        topIndex().asIntBuffer(),
        matrices.part(1, 1).asFloatBuffer(),
        indices().asIntBuffer(),
        counts().asIntBuffer(),
        logits().asFloatBuffer(),
        logSumExp().asFloatBuffer());
  }

  @Override
  public void close() {
    matrices.memory().close();
  }
}
