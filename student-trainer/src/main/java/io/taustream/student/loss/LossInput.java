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
 * @param state of training
 */
public record LossInput(
    NDArray student, Optional<TeacherLogits> teacher, NDArray labels, LossState state) {
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

  /** A batch before the first step. */
  public LossInput(NDArray student, Optional<TeacherLogits> teacher, NDArray labels) {
    this(student, teacher, labels, LossState.START);
  }

  /**
   * The same with other student logits and with constants in the place of what losses learn:
   * gradients reach these logits and nothing else.
   *
   * @param logits B × C; the constants live on their manager
   */
  public LossInput cutOffAt(NDArray logits) {
    return new LossInput(logits, teacher, labels, state.constant(logits.getManager()));
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
   * A number that a loss learns, on the student logits' manager: DJL puts a result where its left
   * operand lies, and the parameter itself outlives the step. Gradients flow through to it.
   *
   * @throws IllegalStateException if whoever made the input does not hold it
   */
  NDArray learned(String name) {
    NDArray parameter = state.learned().get(name);
    if (parameter == null) {
      throw new IllegalStateException("learned parameter " + name + " is not in the loss's input");
    }
    // A scalar of no dimensions leaves the parameter its shape and data type.
    return Constant.of(student, 0).add(parameter);
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
