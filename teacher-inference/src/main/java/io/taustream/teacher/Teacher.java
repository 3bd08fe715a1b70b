package io.taustream.teacher;

import io.taustream.ingest.batch.ImageBatch;
import io.taustream.storage.label.SoftLabelBatch;

/**
 * A trained network that labels images. It is a small interface on purpose: anything that turns
 * pixels into logits can teach.
 *
 * <p>A teacher is used by one thread at a time; {@link TeacherStage} sees to that.
 */
public interface Teacher extends AutoCloseable {
  /** What stored labels are filed under. Constant for the teacher's life. */
  TeacherIdentity identity();

  /** The length of every row of logits. */
  int classes();

  /**
   * Width and height in pixels of the images that the network takes; {@link #label} resizes images
   * of another size.
   */
  int imageSize();

  /**
   * Labels a batch and blocks until it is done. Row {@code i} of the result belongs to row {@code
   * i} of {@code images}; every logit is finite.
   *
   * @param images unsigned bytes, N × size × size × 3, RGB, of any N and size; not closed here, and
   *     not read after the call returns
   * @return float32 logits, N × {@link #classes()}, to be closed by the caller
   * @throws io.taustream.storage.TaustreamException if the network cannot label the batch; nothing
   *     is left open
   */
  SoftLabelBatch label(ImageBatch images);

  /** How many images the network takes at once; {@link #label} takes any number. */
  default BatchLimits batchLimits() {
    return BatchLimits.NONE;
  }

  /**
   * Does what the network does only once for batches of some size, so that the first of them is
   * labelled as fast as the others. It changes no label and blocks until it is done.
   *
   * @param images how many will be labelled at once, at least 1
   * @throws io.taustream.storage.TaustreamException if the network cannot label so many
   */
  default void warmUp(int images) {}

  /** The device that the network runs on, such as {@code cpu} or {@code cuda:0}. */
  String device();

  /** Frees the network and its buffers. Labels that were handed out stay valid. */
  @Override
  void close();
}
