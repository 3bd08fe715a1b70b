package io.taustream.student.model;

import io.taustream.student.model.TensorSpec.Role;
import java.util.List;

/**
 * A network as it is described, without values: from it a student runs, is counted and is exported.
 * Immutable.
 */
public final class Architecture {
  private static final int CHANNELS = 3;

  private final String name;
  private final int classes;
  private final int imageSize;
  private final Layer network;

  /**
   * @throws IllegalArgumentException if the layers do not fit each other, or the last gives no
   *     vector of {@code classes}
   */
  Architecture(String name, int classes, int imageSize, Layer network) {
    this.name = name;
    this.classes = classes;
    this.imageSize = imageSize;
    this.network = network;
    FeatureShape output = network.output(input());
    if (!output.equals(FeatureShape.vector(classes))) {
      throw new IllegalArgumentException(
          name + " gives " + output + ", not " + classes + " logits");
    }
  }

  /** The model's name, as in the configuration. */
  public String name() {
    return name;
  }

  public int classes() {
    return classes;
  }

  /** Width and height in pixels of the images that it takes. */
  public int imageSize() {
    return imageSize;
  }

  /** How many numbers training changes. Running statistics are not among them. */
  public long parameterCount() {
    return tensors().stream()
        .filter(spec -> spec.role() == Role.PARAMETER)
        .mapToLong(spec -> spec.shape().size())
        .sum();
  }

  /** Multiply-adds of the convolutions and linear layers for one image; nothing else is counted. */
  public long multiplyAdds() {
    return network.multiplyAdds(input());
  }

  /**
   * Writes the network in inference form.
   *
   * @param input the name of the graph's input: normalised pixels, float32, N × 3 × size × size
   * @return the name of the value that holds the logits, N × classes
   */
  public String export(GraphWriter graph, String input) {
    return network.export(graph, "", input);
  }

  List<TensorSpec> tensors() {
    return network.tensors();
  }

  Layer network() {
    return network;
  }

  private FeatureShape input() {
    return new FeatureShape(CHANNELS, imageSize, imageSize);
  }
}
