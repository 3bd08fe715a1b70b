package io.taustream.student.model;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The residual networks for ImageNet of He et al. (arXiv 1512.03385, table 1) as torchvision has
 * them: a 7 × 7 stem and max pooling of stride 2 each, four stages at strides 1, 2, 2 and 2, global
 * average pooling, one linear layer. {@code resnet18} and {@code resnet34} have basic blocks,
 * {@code resnet50} bottlenecks that carry the stride in their 3 × 3 convolution. Convolutions are
 * He-normal over the fan-out, the linear layer uniform over the fan-in. Made for 224 × 224 pixels;
 * larger and smaller ones will do.
 */
final class ImageNetResNet {
  private static final int SMALLEST_IMAGE = 32;
  private static final int STEM = 64;
  private static final int EXPANSION = 4;

  @FunctionalInterface
  private interface Block {
    /**
     * A block's body.
     *
     * @param width of the stage: 64 in the first, doubled from one to the next
     */
    Layer body(int in, int width, int stride);
  }

  private ImageNetResNet() {}

  static Map<String, NetworkDefinition> models() {
    Map<String, NetworkDefinition> models = new LinkedHashMap<>();
    models.put("resnet18", definition(ImageNetResNet::basic, 1, List.of(2, 2, 2, 2)));
    models.put("resnet34", definition(ImageNetResNet::basic, 1, List.of(3, 4, 6, 3)));
    models.put("resnet50", definition(ImageNetResNet::bottleneck, EXPANSION, List.of(3, 4, 6, 3)));
    return models;
  }

  private static NetworkDefinition definition(Block block, int expansion, List<Integer> blocks) {
    return new NetworkDefinition(
        SMALLEST_IMAGE, (classes, size) -> network(block, expansion, blocks, classes));
  }

  private static Layer network(Block block, int expansion, List<Integer> blocks, int classes) {
    Sequential.Builder network =
        Sequential.builder()
            .add("conv1", Convolution.same(3, STEM, 7, 2))
            .add("bn1", new BatchNorm(STEM))
            .add("relu1", new Relu())
            .add("maxpool", new MaxPool(3, 2, 1));
    int channels = STEM;
    for (int stage = 0; stage < blocks.size(); stage++) {
      int width = STEM << stage;
      int out = width * expansion;
      Sequential.Builder layers = Sequential.builder();
      for (int i = 0; i < blocks.get(stage); i++) {
        int stride = stage > 0 && i == 0 ? 2 : 1;
        layers
            .add(
                "" + i,
                new Residual(block.body(channels, width, stride), shortcut(channels, out, stride)))
            .add("relu" + i, new Relu());
        channels = out;
      }
      network.add("stage" + (stage + 1), layers.build());
    }
    return network
        .add("pool", new GlobalAveragePool())
        .add("fc", new Linear(channels, classes))
        .build();
  }

  private static Layer basic(int in, int width, int stride) {
    return Sequential.builder()
        .add("conv1", Convolution.same(in, width, 3, stride))
        .add("bn1", new BatchNorm(width))
        .add("relu1", new Relu())
        .add("conv2", Convolution.same(width, width, 3, 1))
        .add("bn2", new BatchNorm(width))
        .build();
  }

  private static Layer bottleneck(int in, int width, int stride) {
    int out = width * EXPANSION;
    return Sequential.builder()
        .add("conv1", Convolution.pointwise(in, width))
        .add("bn1", new BatchNorm(width))
        .add("relu1", new Relu())
        .add("conv2", Convolution.same(width, width, 3, stride))
        .add("bn2", new BatchNorm(width))
        .add("relu2", new Relu())
        .add("conv3", Convolution.pointwise(width, out))
        .add("bn3", new BatchNorm(out))
        .build();
  }

  private static Layer shortcut(int in, int out, int stride) {
    if (in == out && stride == 1) {
      return new Identity();
    }
    return Sequential.builder()
        .add("conv", Convolution.same(in, out, 1, stride))
        .add("bn", new BatchNorm(out))
        .build();
  }
}
