package io.taustream.student.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.taustream.student.model.GraphWriter.Attribute;
import io.taustream.student.model.TensorSpec.Role;
import java.util.ArrayList;
import java.util.List;

/**
 * A two-dimensional convolution with a square kernel. Tensors: {@code weight}, out × in/groups ×
 * kernel × kernel, and, if it has one, {@code bias}, of length out and 0 at first. It has none
 * unless asked for, since batch normalisation mostly follows.
 *
 * @param kernel height and width in pixels
 * @param padding zeros added on each side
 * @param groups divides {@code in} and {@code out}; equal to {@code in} for a depthwise convolution
 * @param weight the weight's first values
 */
record Convolution(
    int in,
    int out,
    int kernel,
    int stride,
    int padding,
    int groups,
    boolean bias,
    Initialisation weight)
    implements Layer {
  private static final String WEIGHT = "weight";
  private static final String BIAS = "bias";

  Convolution {
    if (in % groups != 0 || out % groups != 0) {
      throw new IllegalArgumentException(
          "%d groups do not divide %d and %d channels".formatted(groups, in, out));
    }
  }

  /** Without bias, He-normal over a fan-out of out · kernel², whatever the groups. */
  Convolution(int in, int out, int kernel, int stride, int padding, int groups) {
    this(
        in,
        out,
        kernel,
        stride,
        padding,
        groups,
        false,
        Initialisation.heNormal(out * kernel * kernel));
  }

  /** Padded so that at stride 1 the size stays; {@code kernel} is odd. */
  static Convolution same(int in, int out, int kernel, int stride) {
    return new Convolution(in, out, kernel, stride, kernel / 2, 1);
  }

  /** A kernel of one pixel. */
  static Convolution pointwise(int in, int out) {
    return same(in, out, 1, 1);
  }

  /** A 3 × 3 kernel for each channel by itself. */
  static Convolution depthwise(int channels, int stride) {
    return new Convolution(channels, channels, 3, stride, 1, channels);
  }

  /** The same with a bias. */
  Convolution withBias() {
    return new Convolution(in, out, kernel, stride, padding, groups, true, weight);
  }

  /** The same, its weight uniform over the fan-in as PyTorch's {@code Conv2d} draws it. */
  Convolution drawnUniform() {
    Initialisation uniform = Initialisation.uniform(in / groups * kernel * kernel);
    return new Convolution(in, out, kernel, stride, padding, groups, bias, uniform);
  }

  @Override
  public FeatureShape output(FeatureShape input) {
    if (input.channels() != in) {
      throw new IllegalArgumentException(this + " cannot take " + input);
    }
    return input.windowed(kernel, stride, padding).withChannels(out);
  }

  @Override
  public List<TensorSpec> tensors() {
    List<TensorSpec> tensors = new ArrayList<>();
    Shape shape = new Shape(out, in / groups, kernel, kernel);
    tensors.add(new TensorSpec(WEIGHT, Role.PARAMETER, shape, weight));
    if (bias) {
      tensors.add(new TensorSpec(BIAS, Role.PARAMETER, new Shape(out), Initialisation.constant(0)));
    }
    return tensors;
  }

  @Override
  public long multiplyAdds(FeatureShape input) {
    return output(input).area() * out * (in / groups) * kernel * kernel;
  }

  @Override
  public NDArray forward(NDArray input, TensorScope tensors, boolean training) {
    NDArray summand = bias ? tensors.get(BIAS) : null;
    return Torch.convolution(input, tensors.get(WEIGHT), summand, stride, padding, groups);
  }

  @Override
  public String export(GraphWriter graph, String path, String input) {
    List<String> inputs = new ArrayList<>(List.of(input, graph.tensor(path + "." + WEIGHT)));
    if (bias) {
      inputs.add(graph.tensor(path + "." + BIAS));
    }
    return graph.node(
        "Conv",
        path,
        inputs,
        Attribute.square("kernel_shape", kernel),
        Attribute.square("strides", stride),
        Attribute.border("pads", padding),
        Attribute.of("group", groups));
  }
}
