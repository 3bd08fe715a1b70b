package io.taustream.student.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.List;

/**
 * A network that is being trained. Its tensors live until it is closed; everything that a step
 * makes belongs to the step's own manager. Not thread-safe: one thread trains a student.
 */
public interface Student extends AutoCloseable {
  /** The model's name, as in the configuration. */
  String name();

  int classes();

  /** Width and height in pixels of the images that it takes. */
  int imageSize();

  /** The manager that owns the student's tensors; steps take sub-managers of it. */
  NDManager manager();

  /**
   * The forward pass.
   *
   * @param images unsigned bytes, N × size × size × 3, RGB; normalised inside
   * @param training whether batch normalisation uses the batch's statistics and updates the running
   *     ones
   * @return logits, float32, N × classes, on {@code images}' manager
   */
  NDArray logits(NDArray images, boolean training);

  /** The trained parameters, in an order that is the same for every student of this model. */
  List<NamedTensor> parameters();

  /** Running statistics: state that no gradient reaches. Same order rule. */
  List<NamedTensor> statistics();

  /**
   * Runs a change of parameters or statistics, of which no gradient is recorded. Optimizers and
   * checkpoints change values in place, on the tensors that {@link #parameters()} and {@link
   * #statistics()} give, for instance {@code tensor.subi(step)}, {@code tensor.muli(factor)} or
   * {@code values.copyTo(tensor)}. Outside, libtorch refuses to change a parameter in place.
   *
   * <p>After {@code backward}, {@code tensor.getGradient()} makes a new handle on the student's own
   * manager each time that it is called: close it, or every step leaks one.
   */
  void update(Runnable change);

  @Override
  void close();

  /** A tensor of the student and its name, such as {@code stage1.0.conv1.weight}. */
  record NamedTensor(String name, NDArray tensor) {}
}
