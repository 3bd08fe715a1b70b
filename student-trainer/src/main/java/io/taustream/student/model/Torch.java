package io.taustream.student.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import java.nio.FloatBuffer;

/**
 * The few calls that go to libtorch past DJL's engine-neutral layer, since that layer lacks them or
 * puts more around them: its batch normalisation adds two transpositions and rounds momentum and
 * epsilon to float.
 */
final class Torch {
  private Torch() {}

  /**
   * @param bias may be null: no bias
   */
  static NDArray convolution(
      NDArray input, NDArray weight, NDArray bias, int stride, int padding, int groups) {
    return JniUtils.convolution(
        (PtNDArray) input,
        (PtNDArray) weight,
        (PtNDArray) bias,
        square(stride),
        square(padding),
        square(1),
        groups);
  }

  /**
   * @param momentum the share of the batch in the new running statistics, as in PyTorch
   */
  static NDArray batchNorm(
      NDArray input,
      NDArray weight,
      NDArray bias,
      NDArray runningMean,
      NDArray runningVariance,
      boolean training,
      double momentum,
      double epsilon) {
    return JniUtils.batchNorm(
        (PtNDArray) input,
        (PtNDArray) runningMean,
        (PtNDArray) runningVariance,
        (PtNDArray) weight,
        (PtNDArray) bias,
        training,
        momentum,
        epsilon);
  }

  static NDArray maxPool(NDArray input, int window, int stride, int padding) {
    return JniUtils.maxPool(
        (PtNDArray) input, square(window), square(stride), square(padding), false);
  }

  /** The mean of each window, in which padding counts as zeros. */
  static NDArray averagePool(NDArray input, int window, int stride, int padding) {
    return JniUtils.avgPool(
        (PtNDArray) input, square(window), square(stride), square(padding), false, true);
  }

  private static Shape square(int size) {
    return new Shape(size, size);
  }

  /** Copies values into a tensor, in place. */
  static void copy(FloatBuffer values, NDArray target) {
    try (NDManager scratch = target.getManager().newSubManager()) {
      NDArray source = scratch.create(values, target.getShape(), DataType.FLOAT32);
      Autograd.pause(() -> target.set(new NDIndex("..."), source));
    }
  }

  /** The same values with memory in the order of the dimensions. */
  static NDArray contiguous(NDArray tensor) {
    try (NDArray flat = tensor.reshape(-1)) {
      return flat.reshape(tensor.getShape());
    }
  }

  /** Starts libtorch's own random numbers, the process's, at a seed. */
  static void seed(long seed) {
    JniUtils.setSeed(seed);
  }

  /** Closes an intermediate value, but not one that another owner passed in. */
  static void closeUnless(NDArray value, NDArray borrowed) {
    if (value != borrowed) {
      value.close();
    }
  }
}
