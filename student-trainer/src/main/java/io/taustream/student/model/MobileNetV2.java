package io.taustream.student.model;

import java.util.List;
import java.util.Map;

/**
 * MobileNetV2 (Sandler et al., arXiv 1801.04381) as the distillation literature has it for small
 * images (mdistiller): half as wide, expansion 6, a stem of stride 2, ReLU where the paper has
 * ReLU6, an expansion convolution also in the first block, whose factor is 1. Convolutions,
 * depthwise ones too, are He-normal over out · kernel², the linear layer normal with deviation
 * 0.01, its bias 0.
 */
final class MobileNetV2 {
  private static final int SMALLEST_IMAGE = 16;
  private static final int STEM = 16;
  private static final int LAST = 1280;

  /** The paper's table 2 at half width; the first strides are 1, for small images. */
  private static final List<Stage> STAGES =
      List.of(
          new Stage(1, 8, 1, 1),
          new Stage(6, 12, 2, 1),
          new Stage(6, 16, 3, 2),
          new Stage(6, 32, 4, 2),
          new Stage(6, 48, 3, 1),
          new Stage(6, 80, 3, 2),
          new Stage(6, 160, 1, 1));

  private record Stage(int expansion, int out, int blocks, int stride) {}

  private MobileNetV2() {}

  static Map<String, NetworkDefinition> models() {
    return Map.of(
        "mobilenet_v2", new NetworkDefinition(SMALLEST_IMAGE, (classes, size) -> network(classes)));
  }

  private static Layer network(int classes) {
    Sequential.Builder network =
        Sequential.builder()
            .add("conv1", Convolution.same(3, STEM, 3, 2))
            .add("bn1", new BatchNorm(STEM))
            .add("relu1", new Relu());
    int channels = STEM;
    for (int i = 0; i < STAGES.size(); i++) {
      network.add("stage" + (i + 1), stage(channels, STAGES.get(i)));
      channels = STAGES.get(i).out();
    }
    return network
        .add("conv2", Convolution.pointwise(channels, LAST))
        .add("bn2", new BatchNorm(LAST))
        .add("relu2", new Relu())
        .add("pool", new GlobalAveragePool())
        .add(
            "fc",
            new Linear(LAST, classes, Initialisation.normal(0.01), Initialisation.constant(0)))
        .build();
  }

  private static Layer stage(int in, Stage stage) {
    Sequential.Builder blocks = Sequential.builder();
    for (int block = 0; block < stage.blocks(); block++) {
      blocks.add(
          "" + block,
          block == 0
              ? block(in, stage.out(), stage.stride(), stage.expansion())
              : block(stage.out(), stage.out(), 1, stage.expansion()));
    }
    return blocks.build();
  }

  /** An inverted residual with a linear bottleneck: no ReLU after the last convolution. */
  private static Layer block(int in, int out, int stride, int expansion) {
    int inner = in * expansion;
    Layer body =
        Sequential.builder()
            .add("conv1", Convolution.pointwise(in, inner))
            .add("bn1", new BatchNorm(inner))
            .add("relu1", new Relu())
            .add("conv2", Convolution.depthwise(inner, stride))
            .add("bn2", new BatchNorm(inner))
            .add("relu2", new Relu())
            .add("conv3", Convolution.pointwise(inner, out))
            .add("bn3", new BatchNorm(out))
            .build();
    return stride == 1 && in == out ? new Residual(body, new Identity()) : body;
  }
}
