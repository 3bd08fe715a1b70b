package io.taustream.student.model;

import ai.djl.ndarray.NDArray;
import io.taustream.student.model.GraphWriter.Attribute;
import java.util.List;

/**
 * The largest value of each window, channel by channel. Padding is never the largest.
 *
 * @param window height and width in pixels
 * @param padding pixels added on each side, at most half a window
 */
record MaxPool(int window, int stride, int padding) implements Layer {
  @Override
  public FeatureShape output(FeatureShape input) {
    return input.windowed(window, stride, padding);
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
    return Torch.maxPool(input, window, stride, padding);
  }

  @Override
  public String export(GraphWriter graph, String path, String input) {
    return graph.node(
        "MaxPool",
        path,
        List.of(input),
        Attribute.square("kernel_shape", window),
        Attribute.square("strides", stride),
        Attribute.border("pads", padding));
  }
}
