package io.taustream.student.loss;

import ai.djl.ndarray.NDArray;

/**
 * Cross-entropy with the true class: −log softmax(s)_y, a mean over the rows that have a label.
 *
 * <p>Shapes: s is B × C, y is B. Range: [0, ∞). Gradient: (softmax(s) − onehot(y)) / n with n
 * labelled rows. Rows with label −1 count for nothing; without any labelled row the value and the
 * gradient are zero.
 */
public final class CrossEntropy implements Loss {
  @Override
  public String name() {
    return "ce";
  }

  @Override
  public boolean needsTeacher() {
    return false;
  }

  @Override
  public NDArray value(LossInput input) {
    NDArray s = input.student();
    NDArray y = input.labels();
    NDArray labelled = y.gte(0).toType(s.getDataType(), false);
    NDArray n = labelled.sum().maximum(Constant.of(s, 1));
    NDArray logP = s.logSoftmax(1).gather(y.maximum(0).expandDims(1), 1).squeeze(1);
    return logP.mul(labelled).sum().div(n).neg();
  }
}
