package io.taustream.student.model;

import ai.djl.ndarray.NDArray;
import java.util.List;

/** Gives what it takes: the shortcut of a residual block whose size does not change. */
record Identity() implements Layer {
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
    return input;
  }

  @Override
  public String export(GraphWriter graph, String path, String input) {
    return input;
  }
}
