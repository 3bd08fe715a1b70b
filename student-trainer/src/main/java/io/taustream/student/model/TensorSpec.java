package io.taustream.student.model;

import ai.djl.ndarray.types.Shape;

/**
 * A tensor that a layer keeps from step to step, float32.
 *
 * @param name relative to the layer, dots between the parts: {@code weight}, {@code conv1.weight}
 * @param role whether training changes it by gradient
 * @param shape as PyTorch lays it out: a convolution's weight is out × in/groups × height × width
 * @param initialisation its values before the first step
 */
record TensorSpec(String name, Role role, Shape shape, Initialisation initialisation) {
  enum Role {
    /** Changed by the optimizer. */
    PARAMETER,
    /** Changed by the forward pass in training mode: batch normalisation's running statistics. */
    STATISTIC
  }

  /** The same tensor as seen from the layer around, which knows this layer as {@code scope}. */
  TensorSpec in(String scope) {
    return new TensorSpec(scope + "." + name, role, shape, initialisation);
  }
}
