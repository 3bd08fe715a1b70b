package io.taustream.student.optimizer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import io.taustream.student.model.Autograd;
import io.taustream.student.model.Student.NamedTensor;
import java.util.List;

/**
 * The gradients that a backward pass has left at the parameters. Not thread-safe: used by the
 * thread that trains.
 */
public final class Gradients {
  private final List<NamedTensor> parameters;

  public Gradients(List<NamedTensor> parameters) {
    this.parameters = List.copyOf(parameters);
  }

  /**
   * The Euclidean norm over all parameters; not finite if any gradient is not.
   *
   * @param step where the temporaries live
   */
  public double norm(NDManager step) {
    return Autograd.pause(
        () -> {
          // Not by dot products, which took several times as long in a profile: docs/benchmarks.md.
          NDList norms = new NDList();
          for (NamedTensor parameter : parameters) {
            try (NDArray gradient = parameter.tensor().getGradient()) {
              NDArray norm = gradient.norm();
              norm.attach(step);
              norms.add(norm);
            }
          }
          return NDArrays.stack(norms).norm().toType(DataType.FLOAT64, true).getDouble();
        });
  }

  /** Sets every gradient to zero, so that the next backward pass does not add to it. */
  public void clear() {
    for (NamedTensor parameter : parameters) {
      JniUtils.zeroGrad((PtNDArray) parameter.tensor());
    }
  }
}
