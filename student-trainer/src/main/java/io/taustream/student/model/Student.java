package io.taustream.student.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.nio.FloatBuffer;
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

  /** How it turns bytes into its input; goes into the card beside an export. */
  PixelNormalisation normalisation();

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

  /**
   * What training changes without a gradient, running statistics above all, and what it leaves
   * alone. Same order rule.
   */
  List<NamedTensor> statistics();

  @Override
  void close();

  /**
   * A tensor of the student and its name, such as {@code stage1.0.conv1.weight}. Values change in
   * place, by {@link #assign} or by DJL's in-place arithmetic ({@code subi}, {@code muli}) while
   * libtorch records no gradient. Not by {@code tensor.set(buffer)} nor {@code copyTo(tensor)}: DJL
   * lays the tensor over the buffer's memory then, and it changes when the buffer is used again.
   *
   * <p>Each {@code tensor.getGradient()} makes a new handle on the student's own manager: close it,
   * or every step leaks one.
   */
  record NamedTensor(String name, NDArray tensor) {
    /**
     * Replaces the tensor's values by a copy of these; the tensor object stays the same, and so
     * does whether it is trained.
     *
     * @param values as many as the tensor has, in its order (the last dimension fastest); read from
     *     the position to the limit, which stay as they are
     * @throws IllegalArgumentException if their number is another
     */
    public void assign(FloatBuffer values) {
      if (values.remaining() != tensor.size()) {
        throw new IllegalArgumentException(
            "%s has %d values, not %d".formatted(name, tensor.size(), values.remaining()));
      }
      Torch.copy(values.duplicate(), tensor);
    }
  }
}
