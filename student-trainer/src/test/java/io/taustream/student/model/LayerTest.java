package io.taustream.student.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import io.taustream.student.model.Student.NamedTensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Layers in double precision, where finite differences and formulas are exact enough to compare.
 */
class LayerTest {
  private final NDManager manager = TorchEngine.get().newBaseManager();

  @AfterEach
  void close() {
    manager.close();
  }

  private List<NamedTensor> tensors(Layer layer) {
    List<NamedTensor> tensors = new ArrayList<>();
    for (TensorSpec spec : layer.tensors()) {
      CounterRandom random = new CounterRandom(3, spec.name());
      double[] values = new double[Math.toIntExact(spec.shape().size())];
      Arrays.setAll(values, i -> spec.initialisation().value(random, i) + 0.1 * random.normal(i));
      NDArray tensor = manager.create(values, spec.shape());
      tensor.setRequiresGradient(spec.role() == TensorSpec.Role.PARAMETER);
      tensors.add(new NamedTensor(spec.name(), tensor));
    }
    return tensors;
  }

  private NDArray random(long seed, long... shape) {
    Shape size = new Shape(shape);
    return manager.create(new Random(seed).doubles(size.size(), -1, 1).toArray(), size);
  }

  @Test
  void hasTheGradientsOfFiniteDifferences() {
    Layer body =
        Sequential.builder()
            .add("conv1", Convolution.same(2, 4, 3, 2))
            .add("bn1", new BatchNorm(4))
            .add("relu1", new Relu())
            .add("conv2", new Convolution(4, 4, 3, 1, 1, 2))
            .add("bn2", new BatchNorm(4))
            .build();
    Layer network =
        Sequential.builder()
            .add("block", new Residual(body, Convolution.same(2, 4, 1, 2)))
            .add("relu", new Relu())
            .add("again", new Residual(Convolution.same(4, 4, 3, 1), new Identity()))
            .add("pool", new GlobalAveragePool())
            .add("fc", new Linear(4, 3))
            .build();
    requireTheGradientsOfFiniteDifferences(network);
  }

  @Test
  void hasTheGradientsOfFiniteDifferencesWhereBranchesMeetAndChannelsMix() {
    Layer right =
        Sequential.builder()
            .add("slice", new ChannelSlice(2, 4))
            .add("conv", Convolution.pointwise(2, 2))
            .build();
    Layer network =
        Sequential.builder()
            .add("conv1", Convolution.same(2, 4, 3, 1).withBias())
            .add("max", new MaxPool(3, 2, 1))
            .add("split", new Concat(new ChannelSlice(0, 2), right))
            .add("shuffle", new ChannelShuffle(4, 2))
            .add("down", new Concat(Convolution.depthwise(4, 2), new AveragePool(3, 2, 1)))
            .add("mixed", new ChannelShuffle(8, 4))
            .add("conv2", new Convolution(8, 4, 1, 1, 0, 4).drawnUniform().withBias())
            .add("pool", new GlobalAveragePool())
            .add("fc", new Linear(4, 3))
            .build();
    requireTheGradientsOfFiniteDifferences(network);
  }

  private void requireTheGradientsOfFiniteDifferences(Layer network) {
    List<NamedTensor> tensors = tensors(network);
    TensorScope scope = TensorScope.of(tensors);
    NDArray input = random(1, 3, 2, 6, 6);
    NDArray weights = random(2, 3, 3);
    try (GradientCollector collector = TorchEngine.get().newGradientCollector()) {
      collector.backward(network.forward(input, scope, true).mul(weights).sum());
    }

    double step = 1e-6;
    for (TensorSpec spec : network.tensors()) {
      if (spec.role() == TensorSpec.Role.STATISTIC) {
        continue;
      }
      NDArray tensor = named(tensors, spec.name());
      double[] gradient = tensor.getGradient().toDoubleArray();
      double[] values = tensor.toDoubleArray();
      for (int i = 0; i < values.length; i += 1 + values.length / 12) {
        double above = loss(network, scope, input, weights, tensor, values, i, step);
        double below = loss(network, scope, input, weights, tensor, values, i, -step);
        assertThat(gradient[i])
            .as("%s[%d]", spec.name(), i)
            .isCloseTo((above - below) / (2 * step), within(1e-6));
      }
    }
  }

  private double loss(
      Layer network,
      TensorScope scope,
      NDArray input,
      NDArray weights,
      NDArray tensor,
      double[] values,
      int index,
      double change) {
    double[] changed = values.clone();
    changed[index] += change;
    return Autograd.pause(
        () -> {
          tensor.set(changed);
          double loss = network.forward(input, scope, true).mul(weights).sum().getDouble();
          tensor.set(values);
          return loss;
        });
  }

  private static NDArray named(List<NamedTensor> tensors, String name) {
    return tensors.stream()
        .filter(tensor -> tensor.name().equals(name))
        .findFirst()
        .orElseThrow()
        .tensor();
  }

  @Test
  void movesRunningStatisticsATenthTowardsMeanAndUnbiasedVariance() {
    BatchNorm layer = new BatchNorm(2);
    List<NamedTensor> tensors = tensors(layer);
    double[] mean = named(tensors, "running_mean").toDoubleArray();
    double[] variance = named(tensors, "running_var").toDoubleArray();
    NDArray input = random(4, 3, 2, 2, 5);

    double[] output = layer.forward(input, TensorScope.of(tensors), true).toDoubleArray();

    double[] x = input.toDoubleArray();
    int area = 10;
    int count = 30;
    for (int channel = 0; channel < 2; channel++) {
      double[] values = new double[count];
      for (int i = 0; i < count; i++) {
        values[i] = x[(i / area * 2 + channel) * area + i % area];
      }
      double average = Arrays.stream(values).average().orElseThrow();
      double squares = Arrays.stream(values).map(v -> (v - average) * (v - average)).sum();
      assertThat(named(tensors, "running_mean").toDoubleArray()[channel])
          .isCloseTo(0.9 * mean[channel] + 0.1 * average, within(1e-12));
      assertThat(named(tensors, "running_var").toDoubleArray()[channel])
          .isCloseTo(0.9 * variance[channel] + 0.1 * squares / (count - 1), within(1e-12));
      double weight = named(tensors, "weight").toDoubleArray()[channel];
      double bias = named(tensors, "bias").toDoubleArray()[channel];
      for (int i = 0; i < count; i++) {
        double expected = weight * (values[i] - average) / Math.sqrt(squares / count + 1e-5) + bias;
        assertThat(output[(i / area * 2 + channel) * area + i % area])
            .isCloseTo(expected, within(1e-10));
      }
    }
  }

  @Test
  void usesRunningStatisticsInEvaluation() {
    BatchNorm layer = new BatchNorm(1);
    List<NamedTensor> tensors = tensors(layer);
    double mean = named(tensors, "running_mean").getDouble();
    double variance = named(tensors, "running_var").getDouble();
    double weight = named(tensors, "weight").getDouble();
    double bias = named(tensors, "bias").getDouble();

    NDArray output =
        layer.forward(
            manager.full(new Shape(1, 1, 1, 1), 2, DataType.FLOAT64),
            TensorScope.of(tensors),
            false);

    assertThat(output.getDouble())
        .isCloseTo(weight * (2 - mean) / Math.sqrt(variance + 1e-5) + bias, within(1e-12));
    assertThat(named(tensors, "running_mean").getDouble()).isEqualTo(mean);
  }

  @Test
  void dealsTheGroupsChannelsOutInTurn() {
    NDArray input = manager.arange(6f).reshape(1, 6, 1, 1).mul(manager.ones(new Shape(1, 6, 2, 1)));

    NDArray output = new ChannelShuffle(6, 3).forward(input, TensorScope.of(List.of()), false);

    assertThat(output.getShape()).isEqualTo(new Shape(1, 6, 2, 1));
    assertThat(output.toFloatArray()).containsExactly(0, 0, 2, 2, 4, 4, 1, 1, 3, 3, 5, 5);
  }

  @Test
  void takesTheLargestAndTheMeanOfAWindow() {
    NDArray input = manager.create(new double[] {-1, -2, -3, -4}, new Shape(1, 1, 2, 2));
    TensorScope none = TensorScope.of(List.of());

    // Padding is never the largest, and counts as zeros in the mean.
    assertThat(new MaxPool(3, 2, 1).forward(input, none, true).toDoubleArray()).containsExactly(-1);
    assertThat(new AveragePool(3, 2, 1).forward(input, none, true).getDouble())
        .isCloseTo(-10.0 / 9, within(1e-12));
  }

  @Test
  void joinsTheChannelsOfBothBranches() {
    NDArray input = random(5, 2, 4, 3, 3);
    Layer swapped = new Concat(new ChannelSlice(3, 4), new ChannelSlice(0, 3));

    NDArray output = swapped.forward(input, TensorScope.of(List.of()), false);

    assertThat(output.get(":, 0").toDoubleArray()).isEqualTo(input.get(":, 3").toDoubleArray());
    assertThat(output.get(":, 1:").toDoubleArray()).isEqualTo(input.get(":, :3").toDoubleArray());
    assertThat(swapped.output(new FeatureShape(4, 3, 3))).isEqualTo(new FeatureShape(4, 3, 3));
  }

  @Test
  void refusesBranchesOfDifferentSizes() {
    Layer halved = new Concat(new Identity(), new AveragePool(3, 2, 1));
    assertThatThrownBy(() -> halved.output(new FeatureShape(4, 8, 8)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("height=4");
  }

  @Test
  void drawsAUniformConvolutionOverItsFanIn() {
    TensorSpec weight = new Convolution(8, 8, 3, 1, 1, 2).drawnUniform().tensors().get(0);
    CounterRandom random = new CounterRandom(1, "weight");
    double[] values = new double[Math.toIntExact(weight.shape().size())];
    Arrays.setAll(values, i -> weight.initialisation().value(random, i));

    double bound = 1 / Math.sqrt(8 / 2 * 9);
    assertThat(Arrays.stream(values).min().orElseThrow()).isBetween(-bound, -0.9 * bound);
    assertThat(Arrays.stream(values).max().orElseThrow()).isBetween(0.9 * bound, bound);
  }

  @Test
  void refusesFeaturesOfOtherChannels() {
    assertThatThrownBy(() -> Convolution.same(3, 8, 3, 1).output(new FeatureShape(4, 8, 8)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("channels=4");
    assertThatThrownBy(() -> new Linear(8, 2).output(new FeatureShape(8, 2, 2)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void refusesABodyAndAShortcutOfDifferentSizes() {
    Layer residual = new Residual(Convolution.same(4, 4, 3, 2), new Identity());
    assertThatThrownBy(() -> residual.output(new FeatureShape(4, 8, 8)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("shortcut");
  }

  @Test
  void refusesTwoLayersOfOneName() {
    assertThatThrownBy(() -> Sequential.builder().add("a", new Relu()).add("a", new Relu()).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("one name");
  }
}
