package io.taustream.student.model;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.pooling.Pool;
import io.taustream.student.model.GraphWriter.Attribute;
import java.util.List;

/** The mean of each channel over height and width: N × C × H × W to N × C. */
record GlobalAveragePool() implements Layer {
  @Override
  public FeatureShape output(FeatureShape input) {
    return FeatureShape.vector(input.channels());
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
    return Pool.globalAvgPool2d(input);
  }

  @Override
  public String export(GraphWriter graph, String path, String input) {
    String pooled = graph.node("GlobalAveragePool", path, List.of(input));
    return graph.node("Flatten", path + ".flatten", List.of(pooled), Attribute.of("axis", 1));
  }
}
