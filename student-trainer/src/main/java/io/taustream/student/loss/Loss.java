package io.taustream.student.loss;

import ai.djl.ndarray.NDArray;
import java.util.List;

/**
 * A differentiable function of the student's logits, a mean over the batch. Implementations are
 * immutable and hold no tensors, so that threads may share them; what {@link #value} makes lives on
 * the student logits' manager and must not be closed before the backward pass.
 *
 * <p>Values and gradients are finite for all finite logits up to ±10⁴ and any number of classes
 * from one, at ties too.
 */
public interface Loss {
  /** The type's name in the configuration, such as {@code kl}; also the metric's name. */
  String name();

  /** Whether {@link LossInput#teacher()} must be there. */
  boolean needsTeacher();

  /** The numbers that are learned with the student; a loss that has some names them by its name. */
  default List<LearnedParameter> learned() {
    return List.of();
  }

  /**
   * The same loss under a name of its own, where it learns something: two terms of one type then
   * learn apart.
   */
  default Loss named(String unique) {
    return this;
  }

  /**
   * The loss of a batch.
   *
   * @return a scalar of the student logits' data type or of a wider one, on their manager
   * @throws io.taustream.storage.TaustreamException if the teacher's logits are needed and missing
   */
  NDArray value(LossInput input);
}
