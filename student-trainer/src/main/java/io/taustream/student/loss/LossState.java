package io.taustream.student.loss;

/**
 * What a loss sees of training, beside the batch.
 *
 * @param epoch epochs trained before the step, zero or above; 1.5 is the middle of the second epoch
 */
public record LossState(double epoch) {
  /** Before the first step. */
  public static final LossState START = new LossState(0);

  public LossState {
    if (!(epoch >= 0)) {
      throw new IllegalArgumentException("epoch " + epoch + " is below zero");
    }
  }
}
