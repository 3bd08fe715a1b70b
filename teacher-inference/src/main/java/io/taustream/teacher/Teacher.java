package io.taustream.teacher;

import io.taustream.ingest.batch.ImageBatch;
import io.taustream.storage.label.SoftLabelBatch;

/**
 * A trained network that labels images. It is a small interface on purpose: anything that turns
 * pixels into logits can teach; {@link TeacherProvider} says how Taustream finds it.
 *
 * <p>What an implementer promises:
 *
 * <ul>
 *   <li>Threads: none but {@link #label} does work, and one thread calls it at a time, not always
 *       the same; {@link TeacherStage} sees to that. It may block and use {@link
 *       ExecutionSettings#threads} threads. {@link #close} is called once, behind the last call of
 *       {@link #label} that still runs.
 *   <li>Ownership: images are borrowed for the call. Labels are the caller's, lie in memory of
 *       {@link TeacherRequest#allocator} and stay valid when the teacher is closed. A call that
 *       fails leaves nothing open.
 *   <li>Purity: the logits of a batch follow from its pixels alone. They are the same each time the
 *       same batch comes, on the same machine and at the same thread count to the bit: labels are
 *       made again after a stop, and {@code labels verify --recompute} compares them. Nothing is
 *       drawn at random and nothing is learnt.
 *   <li>Identity: everything that the logits depend on is in {@link #identity}'s hash, and nothing
 *       that differs from one opening to the next, such as a time or a path. Stored labels are
 *       filed under it: a teacher that changes without it would have its old labels taken for its
 *       own.
 * </ul>
 */
public interface Teacher extends AutoCloseable {
  /** What stored labels are filed under. Constant for the teacher's life. */
  TeacherIdentity identity();

  /** The length of every row of logits. */
  int classes();

  /**
   * Width and height in pixels of the images that the network takes; {@link #label} resizes images
   * of another size, or refuses them.
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

  /** Where the network runs, for people: {@code cpu}, {@code cuda:N} or another word. */
  String device();

  /** Frees the network and its buffers. Labels that were handed out stay valid. */
  @Override
  void close();
}
