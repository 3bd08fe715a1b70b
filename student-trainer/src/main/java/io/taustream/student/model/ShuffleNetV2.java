package io.taustream.student.model;

import java.util.List;
import java.util.Map;

/**
 * ShuffleNetV2 (Ma et al., arXiv 1807.11164) at width 1 as the distillation literature has it for
 * small images (mdistiller): a 1 × 1 stem of 24 channels and no pooling before three stages of
 * stride 2. Weights are as PyTorch draws them, uniform over the fan-in.
 */
final class ShuffleNetV2 {
  private static final int SMALLEST_IMAGE = 8;
  private static final int STEM = 24;
  private static final int LAST = 1024;
  private static final int BRANCHES = 2;
  private static final List<Stage> STAGES =
      List.of(new Stage(116, 3), new Stage(232, 7), new Stage(464, 3));

  /**
   * A block of stride 2 and those behind it.
   *
   * @param blocks of stride 1
   */
  private record Stage(int out, int blocks) {}

  private ShuffleNetV2() {}

  static Map<String, NetworkDefinition> models() {
    return Map.of(
        "shufflenet_v2",
        new NetworkDefinition(SMALLEST_IMAGE, (classes, size) -> network(classes)));
  }

  private static Layer network(int classes) {
    Sequential.Builder network =
        activated(Sequential.builder(), "1", Convolution.pointwise(3, STEM));
    int channels = STEM;
    for (int i = 0; i < STAGES.size(); i++) {
      network.add("stage" + (i + 1), stage(channels, STAGES.get(i)));
      channels = STAGES.get(i).out();
    }
    return activated(network, "2", Convolution.pointwise(channels, LAST))
        .add("pool", new GlobalAveragePool())
        .add("fc", new Linear(LAST, classes))
        .build();
  }

  private static Layer stage(int in, Stage stage) {
    int out = stage.out();
    Sequential.Builder blocks =
        Sequential.builder()
            .add("0", halving(in, out))
            .add("shuffle0", new ChannelShuffle(out, BRANCHES));
    for (int block = 1; block <= stage.blocks(); block++) {
      blocks.add("" + block, block(out)).add("shuffle" + block, new ChannelShuffle(out, BRANCHES));
    }
    return blocks.build();
  }

  /** Both branches see all channels at stride 2. */
  private static Layer halving(int in, int out) {
    int half = out / 2;
    Sequential.Builder left = normalised(Sequential.builder(), "1", Convolution.depthwise(in, 2));
    return new Concat(
        activated(left, "2", Convolution.pointwise(in, half)).build(),
        branch(Sequential.builder(), in, half, 2));
  }

  /** Half of the channels pass as they are. */
  private static Layer block(int channels) {
    int half = channels / 2;
    Sequential.Builder right = Sequential.builder().add("slice", new ChannelSlice(half, channels));
    return new Concat(new ChannelSlice(0, half), branch(right, half, half, 1));
  }

  private static Layer branch(Sequential.Builder branch, int in, int out, int stride) {
    activated(branch, "1", Convolution.pointwise(in, out));
    normalised(branch, "2", Convolution.depthwise(out, stride));
    return activated(branch, "3", Convolution.pointwise(out, out)).build();
  }

  private static Sequential.Builder activated(
      Sequential.Builder layers, String number, Convolution convolution) {
    return normalised(layers, number, convolution).add("relu" + number, new Relu());
  }

  private static Sequential.Builder normalised(
      Sequential.Builder layers, String number, Convolution convolution) {
    return layers
        .add("conv" + number, convolution.drawnUniform())
        .add("bn" + number, new BatchNorm(convolution.out()));
  }
}
