package io.taustream.student.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.taustream.student.model.GraphWriter.Attribute;
import io.taustream.student.model.TensorSpec.Role;
import java.util.List;

/**
 * y = x · weightᵀ + bias over vectors, N × in to N × out. Tensors {@code weight} (out × in) and
 * {@code bias} (out), both uniform over the fan-in.
 */
record Linear(int in, int out) implements Layer {
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
        new TensorSpec("weight", Role.PARAMETER, new Shape(out, in), Initialisation.uniform(in)),
        new TensorSpec("bias", Role.PARAMETER, new Shape(out), Initialisation.uniform(in)));
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
