package io.taustream.student.model;

import ai.djl.ndarray.NDArray;
import io.taustream.student.model.GraphWriter.Attribute;
import java.util.List;
import java.util.stream.Stream;

/**
 * The channels of two branches over one input, those of the first before those of the second. The
 * branches' tensors lie under {@code left} and {@code right}.
 */
record Concat(Layer left, Layer right) implements Layer {
  private static final String LEFT = "left";
  private static final String RIGHT = "right";

  @Override
  public FeatureShape output(FeatureShape input) {
    FeatureShape first = left.output(input);
    FeatureShape second = right.output(input);
    if (!first.equals(second.withChannels(first.channels()))) {
      throw new IllegalArgumentException(
          "the left branch gives %s, the right %s".formatted(first, second));
    }
    return first.withChannels(first.channels() + second.channels());
  }

  @Override
  public List<TensorSpec> tensors() {
    return Stream.concat(
            left.tensors().stream().map(spec -> spec.in(LEFT)),
            right.tensors().stream().map(spec -> spec.in(RIGHT)))
        .toList();
  }

  @Override
  public long multiplyAdds(FeatureShape input) {
    return left.multiplyAdds(input) + right.multiplyAdds(input);
  }

  @Override
  public NDArray forward(NDArray input, TensorScope tensors, boolean training) {
    NDArray first = left.forward(input, tensors.in(LEFT), training);
    NDArray second = right.forward(input, tensors.in(RIGHT), training);
    NDArray both = first.concat(second, 1);
    Torch.closeUnless(first, input);
    Torch.closeUnless(second, input);
    return both;
  }

  @Override
  public String export(GraphWriter graph, String path, String input) {
    String first = left.export(graph, path + "." + LEFT, input);
    String second = right.export(graph, path + "." + RIGHT, input);
    return graph.node("Concat", path, List.of(first, second), Attribute.of("axis", 1));
  }
}
