package io.taustream.student.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.taustream.student.model.GraphWriter.Attribute;
import io.taustream.student.model.TensorSpec.Role;
import java.util.List;

/**
 * y = x · weightᵀ + bias over vectors, N × in to N × out. Tensors {@code weight} (out × in) and
 * {@code bias} (out).
 *
 * @param weight the weight's first values
 * @param bias the bias's first values
 */
record Linear(int in, int out, Initialisation weight, Initialisation bias) implements Layer {
  /** Both uniform over the fan-in, as PyTorch's {@code Linear} draws them. */
  Linear(int in, int out) {
    this(in, out, Initialisation.uniform(in), Initialisation.uniform(in));
  }

  @Override
  public FeatureShape output(FeatureShape input) {
    if (!input.equals(FeatureShape.vector(in))) {
      throw new IllegalArgumentException(this + " cannot take " + input);
    }
    return FeatureShape.vector(out);
  }

  @Override
  public List<TensorSpec> tensors() {
    return List.of(
        new TensorSpec("weight", Role.PARAMETER, new Shape(out, in), weight),
        new TensorSpec("bias", Role.PARAMETER, new Shape(out), bias));
  }

  @Override
  public long multiplyAdds(FeatureShape input) {
    return (long) in * out;
  }

  @Override
  public NDArray forward(NDArray input, TensorScope tensors, boolean training) {
    return ai.djl.nn.core.Linear.linear(input, tensors.get("weight"), tensors.get("bias"))
        .singletonOrThrow();
  }

  @Override
  public String export(GraphWriter graph, String path, String input) {
    return graph.node(
        "Gemm",
        path,
        List.of(input, graph.tensor(path + ".weight"), graph.tensor(path + ".bias")),
        Attribute.of("transB", 1));
  }
}
