package io.taustream.student.loss;

import ai.djl.ndarray.NDArray;

/**
 * Log-weights that teacher and student give the same E events; the softmax of a row of them is a
 * distribution. An event that both leave out weighs {@link #ABSENT}.
 *
 * @param teacher B × E, constant
 * @param student B × E
 */
record Events(NDArray teacher, NDArray student) {
  /** Added to a log-weight, leaves nothing of it; finite, since 0 · ∞ is not a number. */
  static final double ABSENT = -1e30;

  /** KL(softmax(teacher) ‖ softmax(student)) of each row: B. Gradient to the student: q − p. */
  NDArray divergence() {
    NDArray logP = teacher.logSoftmax(1);
    NDArray logQ = student.logSoftmax(1);
    NDArray p = logP.exp();
    // Σ(q − p) is zero but for rounding, and takes the rounding of both log-sum-exps out of the
    // value where student and teacher are almost the same.
    NDArray rounding = logQ.exp().sub(p).stopGradient();
    return p.mul(logP.sub(logQ)).add(rounding).sum(new int[] {1});
  }
}
