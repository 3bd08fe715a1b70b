package io.taustream.student.loss;

import ai.djl.ndarray.NDArray;

/**
 * Temperature scaling: how logits become log-weights, what a softmax makes probabilities of: x / T,
 * or, with {@code standardize}, the Z-score of each row divided by T.
 *
 * @param temperature T, above zero: a scalar, or B × 1 for one a row; may be learned
 */
record TemperatureScaling(NDArray temperature, boolean standardize) {
  /** With a fixed temperature, of {@code like}'s data type. */
  static TemperatureScaling at(NDArray like, double temperature, boolean standardize) {
    return new TemperatureScaling(Constant.of(like, temperature), standardize);
  }

  /**
   * The log-weights of all classes.
   *
   * @param x logits, B × C
   */
  NDArray of(NDArray x) {
    return (standardize ? Standardization.of(x) : x).div(temperature);
  }
}
