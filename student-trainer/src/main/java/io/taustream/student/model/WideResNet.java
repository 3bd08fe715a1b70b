package io.taustream.student.model;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Wide residual networks (Zagoruyko and Komodakis, arXiv 1605.07146) as the distillation literature
 * has them (mdistiller): a 3 × 3 stem of 16 channels, three stages of pre-activation blocks at
 * strides 1, 2 and 2, no dropout, one linear layer. {@code wrn_d_k} has depth d = 6n + 4 for n
 * blocks a stage and is k times as wide as 16, 32, 64. Convolutions are He-normal over the fan-out;
 * the linear layer's weight is uniform over the fan-in and its bias 0.
 */
final class WideResNet {
  private static final int SMALLEST_IMAGE = 8;
  private static final int STEM = 16;

  private WideResNet() {}

  static Map<String, NetworkDefinition> models() {
    Map<String, NetworkDefinition> models = new LinkedHashMap<>();
    for (int depth : new int[] {16, 40}) {
      for (int width : new int[] {1, 2}) {
        models.put(
            "wrn_%d_%d".formatted(depth, width),
            new NetworkDefinition(
                SMALLEST_IMAGE, (classes, size) -> network(depth, width, classes)));
      }
    }
    return models;
  }

  private static Layer network(int depth, int width, int classes) {
    int blocks = (depth - 4) / 6;
    int narrow = 16 * width;
    int middle = 32 * width;
    int wide = 64 * width;
    return Sequential.builder()
        .add("conv1", Convolution.same(3, STEM, 3, 1))
        .add("stage1", stage(STEM, narrow, 1, blocks))
        .add("stage2", stage(narrow, middle, 2, blocks))
        .add("stage3", stage(middle, wide, 2, blocks))
        .add("bn", new BatchNorm(wide))
        .add("relu", new Relu())
        .add("pool", new GlobalAveragePool())
        .add(
            "fc",
            new Linear(wide, classes, Initialisation.uniform(wide), Initialisation.constant(0)))
        .build();
  }

  private static Layer stage(int in, int out, int stride, int blocks) {
    Sequential.Builder stage = Sequential.builder();
    for (int block = 0; block < blocks; block++) {
      stage.add("" + block, block == 0 ? block(in, out, stride) : block(out, out, 1));
    }
    return stage.build();
  }

  /** Where the width changes, the shortcut too starts from the activated features. */
  private static Layer block(int in, int out, int stride) {
    Layer convolutions =
        Sequential.builder()
            .add("conv1", Convolution.same(in, out, 3, stride))
            .add("bn2", new BatchNorm(out))
            .add("relu2", new Relu())
            .add("conv2", Convolution.same(out, out, 3, 1))
            .build();
    if (in == out) {
      return new Residual(activated(in, "convs", convolutions), new Identity());
    }
    return activated(in, "sum", new Residual(convolutions, Convolution.same(in, out, 1, stride)));
  }

  private static Layer activated(int channels, String name, Layer rest) {
    return Sequential.builder()
        .add("bn1", new BatchNorm(channels))
        .add("relu1", new Relu())
        .add(name, rest)
        .build();
  }
}
