package io.taustream.student.loss;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;

/**
 * Numbers in formulas that gradients flow through.
 *
 * <p>DJL's {@code x.mul(Number)} lays a tensor over a Java buffer and drops both at once, while
 * libtorch keeps the tensor, without its memory, for the backward pass: once the garbage collector
 * has run, the gradient is scaled by whatever lies there. A constant made here lives as long as the
 * manager of the step.
 */
final class Constant {
  private Constant() {}

  /** A scalar of {@code like}'s data type on its manager. */
  static NDArray of(NDArray like, double value) {
    return like.getDataType() == DataType.FLOAT64
        ? like.getManager().create(value)
        : like.getManager().create((float) value);
  }
}
