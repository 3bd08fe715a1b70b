package io.taustream.student.loss;

import ai.djl.ndarray.NDArray;

/**
 * One way to compute 1 − τ_d of a batch together with its gradient. Immutable, holds no tensors.
 */
sealed interface TauEvaluation permits RowEvaluation, TileEvaluation {
  /**
   * What came out, on the student logits' manager, of their data type.
   *
   * @param value the mean of 1 − τ_d, a scalar
   * @param gradient of that mean by the student's logits, B × C
   */
  record Result(NDArray value, NDArray gradient) {}

  /**
   * Value and gradient. Called with autograd paused.
   *
   * @param student logits, B × C with at least two classes
   * @param teacher logits, likewise
   * @param leading τ_d is the mean over the pairs that have one of the first so many channels, 1 to
   *     C; the teacher ties the other channels with one another
   */
  Result evaluate(NDArray student, NDArray teacher, long leading);

  /** The pairs of a row that τ_d is the mean over. */
  static long pairs(long leading, long classes) {
    return leading * (leading - 1) / 2 + leading * (classes - leading);
  }
}
