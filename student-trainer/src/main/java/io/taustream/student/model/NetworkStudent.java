package io.taustream.student.model;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import io.taustream.student.model.TensorSpec.Role;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** A student whose network is one of {@link StudentModels}. */
public final class NetworkStudent implements Student {
  private final Architecture architecture;
  private final PixelNormalisation normalisation;
  private final NDManager manager;
  private final PixelInput input;
  private final List<NamedTensor> parameters = new ArrayList<>();
  private final List<NamedTensor> statistics = new ArrayList<>();
  private final TensorScope tensors;

  NetworkStudent(
      Architecture architecture, PixelNormalisation normalisation, long seed, Device device) {
    this.architecture = architecture;
    this.normalisation = normalisation;
    this.manager = TorchEngine.get().newBaseManager(device);
    this.input =
        new PixelInput(architecture.name(), architecture.imageSize(), normalisation, manager);
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
    // Each value follows from its index alone, so the cores may share the work.
    IntStream.range(0, values.length)
        .parallel()
        .forEach(i -> values[i] = spec.initialisation().value(random, i));
    // DJL's create lies over Java memory; the clone is libtorch's own, aligned for its kernels.
    try (NDArray drawn = manager.create(FloatBuffer.wrap(values), spec.shape(), DataType.FLOAT32)) {
      return drawn.duplicate();
    }
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

  @Override
  public PixelNormalisation normalisation() {
    return normalisation;
  }

  @Override
  public NDManager manager() {
    return manager;
  }

  @Override
  public NDArray logits(NDArray images, boolean training) {
    if (training) {
      return forward(images, true);
    }
    return Autograd.pause(() -> forward(images, false));
  }

  private NDArray forward(NDArray images, boolean training) {
    try (NDArray features = input.of(images)) {
      return architecture.network().forward(features, tensors, training);
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
