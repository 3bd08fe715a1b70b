package io.taustream.student.model;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The residual networks for CIFAR of He et al. (arXiv 1512.03385, section 4.2) as the distillation
 * literature has them (mdistiller): a 3 × 3 stem, three stages of basic blocks at strides 1, 2 and
 * 2, projection shortcuts where the size changes (option B), global average pooling, one linear
 * layer. Depth is 6n + 2 for n blocks a stage. The x4 models are four times as wide, but for the
 * stem.
 */
final class CifarResNet {
  private static final int SMALLEST_IMAGE = 8;
  private static final List<Integer> WIDTHS = List.of(16, 16, 32, 64);
  private static final List<Integer> WIDTHS_X4 = List.of(32, 64, 128, 256);

  private CifarResNet() {}

  static Map<String, NetworkDefinition> models() {
    Map<String, NetworkDefinition> models = new LinkedHashMap<>();
    for (int depth : new int[] {8, 14, 20, 32, 44, 56, 110}) {
      models.put("resnet" + depth, definition(depth, WIDTHS));
    }
    for (int depth : new int[] {8, 32}) {
      models.put("resnet" + depth + "x4", definition(depth, WIDTHS_X4));
    }
    return models;
  }

  private static NetworkDefinition definition(int depth, List<Integer> widths) {
    return new NetworkDefinition(
        SMALLEST_IMAGE, (classes, size) -> network(depth, widths, classes));
  }

  private static Layer network(int depth, List<Integer> widths, int classes) {
    int blocks = (depth - 2) / 6;
    int stem = widths.get(0);
    int last = widths.get(3);
    return Sequential.builder()
        .add("conv1", Convolution.same(3, stem, 3, 1))
        .add("bn1", new BatchNorm(stem))
        .add("relu1", new Relu())
        .add("stage1", stage(stem, widths.get(1), 1, blocks))
        .add("stage2", stage(widths.get(1), widths.get(2), 2, blocks))
        .add("stage3", stage(widths.get(2), last, 2, blocks))
        .add("pool", new GlobalAveragePool())
        .add("fc", new Linear(last, classes))
        .build();
  }

  private static Layer stage(int in, int out, int stride, int blocks) {
    Sequential.Builder stage = Sequential.builder();
    for (int block = 0; block < blocks; block++) {
      stage
          .add("" + block, block == 0 ? block(in, out, stride) : block(out, out, 1))
          .add("relu" + block, new Relu());
    }
    return stage.build();
  }

  private static Layer block(int in, int out, int stride) {
    Layer body =
        Sequential.builder()
            .add("conv1", Convolution.same(in, out, 3, stride))
            .add("bn1", new BatchNorm(out))
            .add("relu1", new Relu())
            .add("conv2", Convolution.same(out, out, 3, 1))
            .add("bn2", new BatchNorm(out))
            .build();
    if (in == out && stride == 1) {
      return new Residual(body, new Identity());
    }
    Layer shortcut =
        Sequential.builder()
            .add("conv", Convolution.same(in, out, 1, stride))
            .add("bn", new BatchNorm(out))
            .build();
    return new Residual(body, shortcut);
  }
}
