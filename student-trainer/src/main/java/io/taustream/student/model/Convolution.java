package io.taustream.student.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.taustream.student.model.GraphWriter.Attribute;
import java.util.List;

/**
 * A two-dimensional convolution with a square kernel and no bias, since batch normalisation
 * follows. Tensor {@code weight}: out × in/groups × kernel × kernel, He-normal over the fan-out.
 *
 * @param kernel height and width in pixels
 * @param padding zeros added on each side
 * @param groups divides {@code in} and {@code out}; equal to {@code in} for a depthwise convolution
 */
record Convolution(int in, int out, int kernel, int stride, int padding, int groups)
    implements Layer {
  Convolution {
    if (in % groups != 0 || out % groups != 0) {
      throw new IllegalArgumentException(
          "%d groups do not divide %d and %d channels".formatted(groups, in, out));
    }
  }

  /** Padded so that at stride 1 the size stays; {@code kernel} is odd. */
  static Convolution same(int in, int out, int kernel, int stride) {
    return new Convolution(in, out, kernel, stride, kernel / 2, 1);
  }

  @Override
  public FeatureShape output(FeatureShape input) {
    if (input.channels() != in) {
      throw new IllegalArgumentException(this + " cannot take " + input);
    }
    return new FeatureShape(out, size(input.height()), size(input.width()));
  }

  private int size(int input) {
    return Math.floorDiv(input + 2 * padding - kernel, stride) + 1;
  }

  @Override
  public List<TensorSpec> tensors() {
    return List.of(
        new TensorSpec(
            "weight",
            TensorSpec.Role.PARAMETER,
            new Shape(out, in / groups, kernel, kernel),
            Initialisation.heNormal(out * kernel * kernel)));
  }

  @Override
  public long multiplyAdds(FeatureShape input) {
    return output(input).area() * out * (in / groups) * kernel * kernel;
  }

  @Override
  public NDArray forward(NDArray input, TensorScope tensors, boolean training) {
    return Torch.convolution(input, tensors.get("weight"), stride, padding, groups);
  }

  @Override
  public String export(GraphWriter graph, String path, String input) {
    return graph.node(
        "Conv",
        path,
        List.of(input, graph.tensor(path + ".weight")),
        Attribute.of("kernel_shape", twice(kernel)),
        Attribute.of("strides", twice(stride)),
        Attribute.of(
            "pads", List.of((long) padding, (long) padding, (long) padding, (long) padding)),
        Attribute.of("group", groups));
  }

  private static List<Long> twice(long value) {
    return List.of(value, value);
  }
}
