package io.taustream.student.loss;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.taustream.storage.TaustreamException;
import java.util.Optional;

/**
 * What a loss sees of a batch of B samples and C classes. The tensors are borrowed: losses close
 * none of them.
 *
 * @param student logits s, B × C, float32 (float64 works as well), through which gradients flow
 * @param teacher logits t, of B × C of the same data type
 * @param labels classes y, B, int64, in [0, C), or −1 where a sample has none
 */
public record LossInput(NDArray student, Optional<TeacherLogits> teacher, NDArray labels) {
  public LossInput {
    Shape shape = student.getShape();
    if (shape.dimension() != 2) {
      throw new IllegalArgumentException("student logits are " + shape + ", not batch x classes");
    }
    if (teacher.isPresent() && !teacher.get().shape().equals(shape)) {
      throw new TaustreamException(
          "The teacher's logits are %s and the student's %s (batch, classes); they must be the same: set data.classes to the teacher's class count"
              .formatted(teacher.get().shape(), shape));
    }
    if (labels.getShape().dimension() != 1 || labels.getShape().get(0) != shape.get(0)) {
      throw new IllegalArgumentException(
          "labels are " + labels.getShape() + " for student logits " + shape);
    }
  }

  /** B. */
  public long batch() {
    return student.getShape().get(0);
  }

  /** C. */
  public long classes() {
    return student.getShape().get(1);
  }

  /**
   * The teacher's logits for a loss that cannot do without.
   *
   * @throws TaustreamException if there are none
   */
  TeacherLogits teacherFor(Loss loss) {
    return teacher.orElseThrow(
        () ->
            new TaustreamException(
                "Loss '%s' needs teacher logits and the batch has none; name a teacher under 'teachers' or drop the loss"
                    .formatted(loss.name())));
  }
}
