package io.taustream.student.model;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.taustream.student.model.TensorSpec.Role;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntToDoubleFunction;

/** A student whose network is one of {@link StudentModels}. */
public final class NetworkStudent implements Student {
  private static final int CHANNELS = 3;

  private final Architecture architecture;
  private final PixelNormalisation normalisation;
  private final NDManager manager;
  private final NDArray scale;
  private final NDArray offset;
  private final List<NamedTensor> parameters = new ArrayList<>();
  private final List<NamedTensor> statistics = new ArrayList<>();
  private final TensorScope tensors;

  NetworkStudent(
      Architecture architecture, PixelNormalisation normalisation, long seed, Device device) {
    this.architecture = architecture;
    this.normalisation = normalisation;
    this.manager = TorchEngine.get().newBaseManager(device);
    this.scale = channels(c -> 1 / (PixelNormalisation.RANGE * normalisation.deviation().get(c)));
    this.offset = channels(c -> -normalisation.mean().get(c) / normalisation.deviation().get(c));
    List<NamedTensor> all = new ArrayList<>();
    for (TensorSpec spec : architecture.tensors()) {
      NamedTensor tensor = new NamedTensor(spec.name(), create(spec, seed));
      boolean trained = spec.role() == Role.PARAMETER;
      tensor.tensor().setRequiresGradient(trained);
      (trained ? parameters : statistics).add(tensor);
      all.add(tensor);
    }
    this.tensors = TensorScope.of(all);
  }

  private NDArray create(TensorSpec spec, long seed) {
    CounterRandom random = new CounterRandom(seed, spec.name());
    float[] values = new float[Math.toIntExact(spec.shape().size())];
    for (int i = 0; i < values.length; i++) {
      values[i] = spec.initialisation().value(random, i);
    }
    // DJL's create lies over Java memory; the clone is libtorch's own, aligned for its kernels.
    try (NDArray drawn = manager.create(FloatBuffer.wrap(values), spec.shape(), DataType.FLOAT32)) {
      return drawn.duplicate();
    }
  }

  private NDArray channels(IntToDoubleFunction value) {
    float[] values = new float[CHANNELS];
    for (int c = 0; c < CHANNELS; c++) {
      values[c] = (float) value.applyAsDouble(c);
    }
    return manager.create(values, new Shape(1, CHANNELS, 1, 1));
  }

  @Override
  public String name() {
    return architecture.name();
  }

  @Override
  public int classes() {
    return architecture.classes();
  }

  @Override
  public int imageSize() {
    return architecture.imageSize();
  }

  public Architecture architecture() {
    return architecture;
  }

  /** How it turns bytes into its input; goes into the card beside an export. */
  public PixelNormalisation normalisation() {
    return normalisation;
  }

  @Override
  public NDManager manager() {
    return manager;
  }

  @Override
  public NDArray logits(NDArray images, boolean training) {
    Shape expected = new Shape(images.getShape().get(0), imageSize(), imageSize(), CHANNELS);
    if (!images.getShape().equals(expected) || images.getDataType() != DataType.UINT8) {
      throw new IllegalArgumentException(
          "%s takes unsigned bytes of %s, not %s of %s"
              .formatted(name(), expected, images.getDataType(), images.getShape()));
    }
    if (training) {
      return forward(images, true);
    }
    return Autograd.pause(() -> forward(images, false));
  }

  private NDArray forward(NDArray images, boolean training) {
    // The transposition is a view, so the input stays channels-last in memory, and with it every
    // feature map: libtorch's convolutions and batch normalisation run a third faster that way.
    try (NDArray pixels = images.toType(DataType.FLOAT32, true);
        NDArray input = pixels.transpose(0, 3, 1, 2)) {
      input.muli(scale).addi(offset);
      return architecture.network().forward(input, tensors, training);
    }
  }

  @Override
  public List<NamedTensor> parameters() {
    return List.copyOf(parameters);
  }

  @Override
  public List<NamedTensor> statistics() {
    return List.copyOf(statistics);
  }

  @Override
  public void close() {
    manager.close();
  }
}
