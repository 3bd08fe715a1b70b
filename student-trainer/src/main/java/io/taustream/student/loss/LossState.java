package io.taustream.student.loss;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.HashMap;
import java.util.Map;

/**
 * What a loss sees of training, beside the batch.
 *
 * @param epoch epochs trained before the step, zero or above; 1.5 is the middle of the second epoch
 * @param learned what losses learn, by the names of their {@link LearnedParameter}s: one element
 *     each, of the student logits' data type, borrowed; gradients flow into them
 */
public record LossState(double epoch, Map<String, NDArray> learned) {
  /** Before the first step, with nothing to learn. */
  public static final LossState START = new LossState(0, Map.of());

  public LossState {
    learned = Map.copyOf(learned);
    if (!(epoch >= 0)) {
      throw new IllegalArgumentException("epoch " + epoch + " is below zero");
    }
  }

  /** The same with constants on a manager, through which no gradient flows. */
  LossState constant(NDManager manager) {
    Map<String, NDArray> constants = new HashMap<>();
    learned.forEach(
        (name, parameter) -> {
          NDArray constant = parameter.stopGradient();
          constant.attach(manager);
          constants.put(name, constant);
        });
    return new LossState(epoch, constants);
  }
}
