package io.taustream.student.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.taustream.student.model.GraphWriter.Attribute;
import io.taustream.student.model.TensorSpec.Role;
import java.util.List;

/**
 * Batch normalisation over N, height and width (Ioffe and Szegedy, arXiv 1502.03167), as PyTorch
 * has it: y = weight · (x − mean) / √(variance + 1e-5) + bias. Training uses the batch's mean and
 * biased variance and moves the running ones by a tenth towards the batch's mean and unbiased
 * variance. Tensors, each of length channels: {@code weight} (1 at first), {@code bias} (0), {@code
 * running_mean} (0), {@code running_var} (1).
 */
record BatchNorm(int channels) implements Layer {
  private static final double EPSILON = 1e-5;
  private static final double MOMENTUM = 0.1;

  @Override
  public FeatureShape output(FeatureShape input) {
    if (input.channels() != channels) {
      throw new IllegalArgumentException(this + " cannot take " + input);
    }
    return input;
  }

  @Override
  public List<TensorSpec> tensors() {
    return List.of(
        tensor("weight", Role.PARAMETER, 1),
        tensor("bias", Role.PARAMETER, 0),
        tensor("running_mean", Role.STATISTIC, 0),
        tensor("running_var", Role.STATISTIC, 1));
  }

  private TensorSpec tensor(String name, Role role, float value) {
    return new TensorSpec(name, role, new Shape(channels), Initialisation.constant(value));
  }

  @Override
  public long multiplyAdds(FeatureShape input) {
    return 0;
  }

  @Override
  public NDArray forward(NDArray input, TensorScope tensors, boolean training) {
    return Torch.batchNorm(
        input,
        tensors.get("weight"),
        tensors.get("bias"),
        tensors.get("running_mean"),
        tensors.get("running_var"),
        training,
        MOMENTUM,
        EPSILON);
  }

  @Override
  public String export(GraphWriter graph, String path, String input) {
    return graph.node(
        "BatchNormalization",
        path,
        List.of(
            input,
            graph.tensor(path + ".weight"),
            graph.tensor(path + ".bias"),
            graph.tensor(path + ".running_mean"),
            graph.tensor(path + ".running_var")),
        Attribute.of("epsilon", (float) EPSILON));
  }
}
