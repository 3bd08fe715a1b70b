package io.taustream.student.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import java.util.List;

/**
 * Some neighbouring channels.
 *
 * @param from the first, counted from 0
 * @param to the one after the last
 */
record ChannelSlice(int from, int to) implements Layer {
  @Override
  public FeatureShape output(FeatureShape input) {
    if (from < 0 || to > input.channels()) {
      throw new IllegalArgumentException(this + " cannot take " + input);
    }
    return input.withChannels(to - from);
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
    return input.get(new NDIndex(":, {}:{}", from, to));
  }

  @Override
  public String export(GraphWriter graph, String path, String input) {
    return graph.node(
        "Slice",
        path,
        List.of(
            input,
            graph.wholes(path + ".from", List.of((long) from)),
            graph.wholes(path + ".to", List.of((long) to)),
            graph.wholes(path + ".axis", List.of(1L))));
  }
}
