package io.taustream.student.model;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * VGG networks with batch normalisation (Simonyan and Zisserman, arXiv 1409.1556) as the
 * distillation literature has them for small images (mdistiller): five groups of 3 × 3 convolutions
 * with bias, 2 × 2 max pooling after the first three, and after the fourth for images of 64 pixels
 * and more, global average pooling, one linear layer. Convolutions are He-normal over the fan-out,
 * the linear layer normal with deviation 0.01, biases 0.
 */
final class Vgg {
  private static final int SMALLEST_IMAGE = 8;
  private static final int LARGE_IMAGE = 64;
  private static final List<Integer> WIDTHS = List.of(64, 128, 256, 512, 512);

  private Vgg() {}

  static Map<String, NetworkDefinition> models() {
    Map<String, NetworkDefinition> models = new LinkedHashMap<>();
    models.put("vgg8", definition(1));
    models.put("vgg13", definition(2));
    return models;
  }

  private static NetworkDefinition definition(int convolutions) {
    return new NetworkDefinition(
        SMALLEST_IMAGE, (classes, size) -> network(convolutions, classes, size));
  }

  private static Layer network(int convolutions, int classes, int imageSize) {
    int pools = imageSize >= LARGE_IMAGE ? 4 : 3;
    Sequential.Builder network = Sequential.builder();
    int channels = 3;
    for (int group = 0; group < WIDTHS.size(); group++) {
      network.add("block" + group, group(channels, WIDTHS.get(group), convolutions));
      if (group < pools) {
        network.add("pool" + group, new MaxPool(2, 2, 0));
      }
      channels = WIDTHS.get(group);
    }
    return network
        .add("pool", new GlobalAveragePool())
        .add(
            "fc",
            new Linear(channels, classes, Initialisation.normal(0.01), Initialisation.constant(0)))
        .build();
  }

  private static Layer group(int in, int out, int convolutions) {
    Sequential.Builder group = Sequential.builder();
    for (int i = 0; i < convolutions; i++) {
      group
          .add("conv" + i, Convolution.same(i == 0 ? in : out, out, 3, 1).withBias())
          .add("bn" + i, new BatchNorm(out))
          .add("relu" + i, new Relu());
    }
    return group.build();
  }
}
