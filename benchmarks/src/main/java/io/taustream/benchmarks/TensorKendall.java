package io.taustream.benchmarks;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.taustream.student.loss.Pairing;

/**
 * 1 − τ_d of tanh at steepness 1 as it is written down: tensors of B × C × C, and autograd for the
 * gradient.
 */
record TensorKendall(Pairing pairing) {
  NDArray value(NDArray student, NDArray teacher) {
    NDArray s = differences(student).tanh();
    NDArray t = differences(teacher);
    NDArray weight =
        switch (pairing) {
          case FACTORED -> t.tanh();
          case SIGN -> t.sign();
          case PRODUCT -> throw new IllegalArgumentException("product has no weight");
        };
    NDManager manager = student.getManager();
    float pairs = (float) student.size() * (student.getShape().get(1) - 1);
    return s.mul(weight).sum().div(manager.create(pairs)).neg().add(manager.create(1f));
  }

  private static NDArray differences(NDArray x) {
    return x.expandDims(2).sub(x.expandDims(1));
  }
}
