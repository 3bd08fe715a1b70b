package io.taustream.student.optimizer;

import io.taustream.student.model.Student.NamedTensor;
import java.util.List;

/**
 * Updates a student's parameters, and what its loss learns, in place from the gradients at them.
 * Owns its state until closed. Not thread-safe: used by the thread that trains.
 */
public interface Optimizer extends AutoCloseable {
  /**
   * One update of every parameter. The gradients are used up: their values are undefined after.
   *
   * @param learningRate zero or above
   */
  void update(double learningRate);

  /**
   * The state that a checkpoint has to keep, such as {@code velocity.fc.weight}, in an order that
   * is the same for every student of the model. Writing into these tensors restores it.
   */
  List<NamedTensor> state();

  @Override
  void close();
}
