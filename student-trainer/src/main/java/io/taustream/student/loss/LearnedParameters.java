package io.taustream.student.loss;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.taustream.student.model.Student.NamedTensor;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The tensors of what a loss learns: part of the trained state as the student's parameters are, but
 * not of the student, so that no export carries them. Owns the tensors until closed. Not
 * thread-safe: used by the thread that trains.
 */
public final class LearnedParameters implements AutoCloseable {
  /** Those of a loss that learns nothing. */
  public static final LearnedParameters NONE = new LearnedParameters(List.of());

  private final List<NamedTensor> tensors;
  private final Map<String, NDArray> byName;

  private LearnedParameters(List<NamedTensor> tensors) {
    this.tensors = List.copyOf(tensors);
    this.byName =
        tensors.stream()
            .collect(Collectors.toUnmodifiableMap(NamedTensor::name, NamedTensor::tensor));
  }

  /**
   * Every parameter of a loss at its initial value.
   *
   * @param manager the student's
   */
  public static LearnedParameters of(WeightedLoss loss, NDManager manager) {
    return loss.learned().isEmpty()
        ? NONE
        : new LearnedParameters(
            loss.learned().stream().map(parameter -> leaf(parameter, manager)).toList());
  }

  private static NamedTensor leaf(LearnedParameter parameter, NDManager manager) {
    NamedTensor tensor =
        new NamedTensor(parameter.name(), manager.zeros(new Shape(1), DataType.FLOAT32));
    tensor.assign(FloatBuffer.wrap(new float[] {(float) parameter.initial()}));
    tensor.tensor().setRequiresGradient(true);
    return tensor;
  }

  /** The parameters, float32, one element each, in the order of the loss's terms. */
  public List<NamedTensor> tensors() {
    return tensors;
  }

  /** What the loss sees of training at an epoch. */
  public LossState at(double epoch) {
    return new LossState(epoch, byName);
  }

  @Override
  public void close() {
    tensors.forEach(tensor -> tensor.tensor().close());
  }
}
