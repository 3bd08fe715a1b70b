package io.taustream.student.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.taustream.student.model.GraphWriter.Attribute;
import java.util.List;
import java.util.stream.LongStream;

/**
 * Mixes the channels of a grouped convolution (Zhang et al., arXiv 1707.01083, figure 1): with g
 * groups of n channels, channel i·n + j goes to place j·g + i.
 *
 * @param groups divides {@code channels}
 */
record ChannelShuffle(int channels, int groups) implements Layer {
  ChannelShuffle {
    if (channels % groups != 0) {
      throw new IllegalArgumentException(
          "%d groups do not divide %d channels".formatted(groups, channels));
    }
  }

  @Override
  public FeatureShape output(FeatureShape input) {
    if (input.channels() != channels) {
      throw new IllegalArgumentException(this + " cannot take " + input);
    }
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
    // With the channels last, the one copy that this takes leaves the features channels-last.
    Shape shape = input.getShape();
    long batch = shape.get(0);
    long height = shape.get(2);
    long width = shape.get(3);
    try (NDArray last = input.transpose(0, 2, 3, 1);
        NDArray grouped = last.reshape(batch, height, width, groups, channels / groups);
        NDArray mixed = grouped.transpose(0, 1, 2, 4, 3);
        NDArray flat = mixed.reshape(batch, height, width, channels)) {
      return flat.transpose(0, 3, 1, 2);
    }
  }

  @Override
  public String export(GraphWriter graph, String path, String input) {
    int each = channels / groups;
    List<Long> sources =
        LongStream.range(0, channels)
            .map(place -> place % groups * each + place / groups)
            .boxed()
            .toList();
    return graph.node(
        "Gather",
        path,
        List.of(input, graph.wholes(path + ".sources", sources)),
        Attribute.of("axis", 1));
  }
}
