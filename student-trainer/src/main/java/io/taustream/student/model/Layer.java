package io.taustream.student.model;

import ai.djl.ndarray.NDArray;
import java.util.List;

/**
 * A part of a network: an immutable description that knows how to run on libtorch, how to write
 * itself as ONNX and what it costs. A new layer is one more record here; copy its nearest
 * neighbour.
 */
sealed interface Layer
    permits AveragePool,
        BatchNorm,
        ChannelShuffle,
        ChannelSlice,
        Concat,
        Convolution,
        GlobalAveragePool,
        Identity,
        Linear,
        MaxPool,
        Relu,
        Residual,
        Sequential {

  /**
   * The features that come out.
   *
   * @throws IllegalArgumentException if the layer takes no such input
   */
  FeatureShape output(FeatureShape input);

  /** What the layer keeps, in an order that is always the same. */
  List<TensorSpec> tensors();

  /** Multiply-adds for one sample; only those of convolutions and linear layers are counted. */
  long multiplyAdds(FeatureShape input);

  /**
   * Runs the layer.
   *
   * @param input N × channels × height × width, float32, or N × channels after pooling; stays open
   * @param tensors the tensors of {@link #tensors()}
   * @param training whether running statistics are updated and batch statistics used
   * @return a tensor on the input's manager, or the input itself; no other tensor is left open
   */
  NDArray forward(NDArray input, TensorScope tensors, boolean training);

  /**
   * Writes the layer in inference form.
   *
   * @param path the layer's name within the network; with {@code "."} and a tensor's name after it
   *     it names the tensor
   * @param input the name of the value that it takes
   * @return the name of the value that it gives
   */
  String export(GraphWriter graph, String path, String input);
}
