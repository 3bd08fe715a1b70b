package io.taustream.student.model;

import java.util.List;
import java.util.Map;

/**
 * ShuffleNet (Zhang et al., arXiv 1707.01083) with 3 groups as the distillation literature has it
 * for small images (mdistiller): a 1 × 1 stem of 24 channels and no pooling before three stages of
 * stride 2; a ReLU also after the depthwise convolution. Weights are as PyTorch draws them, uniform
 * over the fan-in.
 */
final class ShuffleNetV1 {
  private static final int SMALLEST_IMAGE = 8;
  private static final int STEM = 24;
  private static final int GROUPS = 3;
  private static final List<Stage> STAGES =
      List.of(new Stage(240, 4), new Stage(480, 8), new Stage(960, 4));

  private record Stage(int out, int blocks) {}

  private ShuffleNetV1() {}

  static Map<String, NetworkDefinition> models() {
    return Map.of(
        "shufflenet_v1",
        new NetworkDefinition(SMALLEST_IMAGE, (classes, size) -> network(classes)));
  }

  private static Layer network(int classes) {
    Sequential.Builder network =
        Sequential.builder()
            .add("conv1", Convolution.pointwise(3, STEM).drawnUniform())
            .add("bn1", new BatchNorm(STEM))
            .add("relu1", new Relu());
    int channels = STEM;
    for (int i = 0; i < STAGES.size(); i++) {
      network.add("stage" + (i + 1), stage(channels, STAGES.get(i)));
      channels = STAGES.get(i).out();
    }
    return network
        .add("pool", new GlobalAveragePool())
        .add("fc", new Linear(channels, classes))
        .build();
  }

  private static Layer stage(int in, Stage stage) {
    int out = stage.out();
    Sequential.Builder blocks =
        Sequential.builder()
            .add("0", new Concat(body(in, out - in, 2), new AveragePool(3, 2, 1)))
            .add("relu0", new Relu());
    for (int block = 1; block < stage.blocks(); block++) {
      blocks
          .add("" + block, new Residual(body(out, out, 1), new Identity()))
          .add("relu" + block, new Relu());
    }
    return blocks.build();
  }

  private static Layer body(int in, int out, int stride) {
    int inner = out / 4;
    // The stem's few channels are not grouped.
    int groups = in == STEM ? 1 : GROUPS;
    Sequential.Builder body =
        Sequential.builder()
            .add("conv1", pointwise(in, inner, groups))
            .add("bn1", new BatchNorm(inner))
            .add("relu1", new Relu());
    if (groups > 1) {
      body.add("shuffle", new ChannelShuffle(inner, groups));
    }
    return body.add("conv2", Convolution.depthwise(inner, stride).drawnUniform())
        .add("bn2", new BatchNorm(inner))
        .add("relu2", new Relu())
        .add("conv3", pointwise(inner, out, GROUPS))
        .add("bn3", new BatchNorm(out))
        .build();
  }

  private static Layer pointwise(int in, int out, int groups) {
    return new Convolution(in, out, 1, 1, 0, groups).drawnUniform();
  }
}
