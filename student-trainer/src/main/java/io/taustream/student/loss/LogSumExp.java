package io.taustream.student.loss;

import ai.djl.ndarray.NDArray;

/** log Σ exp(x) of each row, without overflow. */
final class LogSumExp {
  private LogSumExp() {}

  /**
   * The logarithm of each row's sum.
   *
   * @param x B × E
   * @return B × 1; its gradient is softmax(x)
   */
  static NDArray of(NDArray x) {
    NDArray largest = x.max(new int[] {1}, true).stopGradient();
    return x.sub(largest).exp().sum(new int[] {1}, true).log().add(largest);
  }
}
