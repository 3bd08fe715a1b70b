package io.taustream.student.model;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Activation;
import java.util.List;

/** y = max(x, 0), element by element. */
record Relu() implements Layer {
  @Override
  public FeatureShape output(FeatureShape input) {
    return input;
  }

  @Override
  public List<TensorSpec> tensors() {
    return List.of();
  }

  @Override
  public long multiplyAdds(FeatureShape input) {
    return 0;
  }

  @Override
  public NDArray forward(NDArray input, TensorScope tensors, boolean training) {
    return Activation.relu(input);
  }

  @Override
  public String export(GraphWriter graph, String path, String input) {
    return graph.node("Relu", path, List.of(input));
  }
}
