package io.taustream.student.checkpoint;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import io.taustream.storage.TaustreamException;
import io.taustream.student.model.Autograd;
import io.taustream.student.model.Student;
import io.taustream.student.model.Student.NamedTensor;
import io.taustream.student.optimizer.Optimizer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * A run at one step: a copy of the student's parameters and running statistics, of what its loss
 * has learned, of the optimiser's state, and of where the run stands. A student that it was
 * restored to goes on to the bit as the one that it was taken from. Immutable, outside libtorch's
 * memory; may be handed to other threads.
 */
public final class Checkpoint {
  private static final String PARAMETER = "parameter.";
  private static final String STATISTIC = "statistic.";
  private static final String LEARNED = "learned.";
  private static final String OPTIMIZER = "optimizer.";

  private final TrainingProgress progress;
  private final Map<String, StoredTensor> tensors;

  Checkpoint(TrainingProgress progress, Map<String, StoredTensor> tensors) {
    this.progress = progress;
    this.tensors = new LinkedHashMap<>(tensors);
  }

  /**
   * Copies everything; to be called on the training thread, between two steps.
   *
   * @param learned what the student's loss learns
   * @throws TaustreamException if a tensor is of a data type that a checkpoint cannot hold
   */
  public static Checkpoint of(
      Student student, List<NamedTensor> learned, Optimizer optimizer, TrainingProgress progress) {
    Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    live(student, learned, optimizer)
        .forEach(
            (name, tensor) -> {
              CheckpointFormat.requireStorable(name, tensor.getDataType());
              tensors.put(name, copy(tensor));
            });
    return new Checkpoint(progress, tensors);
  }

  /**
   * Writes everything back in place; to be called on the training thread, between two steps.
   *
   * @param learned what the student's loss learns
   * @throws TaustreamException if the checkpoint is of another model, loss or optimiser; nothing
   *     has been changed then
   */
  public void restore(Student student, List<NamedTensor> learned, Optimizer optimizer) {
    Map<String, NDArray> live = live(student, learned, optimizer);
    if (!live.keySet().equals(tensors.keySet())) {
      SortedSet<String> odd = new TreeSet<>(live.keySet());
      odd.removeAll(tensors.keySet());
      SortedSet<String> unknown = new TreeSet<>(tensors.keySet());
      unknown.removeAll(live.keySet());
      throw mismatch(
          student, "it lacks %s and has %s besides".formatted(abridged(odd), abridged(unknown)));
    }
    live.forEach(
        (name, tensor) -> {
          StoredTensor stored = tensors.get(name);
          if (!shape(stored).equals(tensor.getShape()) || stored.type() != tensor.getDataType()) {
            throw mismatch(
                student,
                "its %s is %s of %s where %s of %s is expected"
                    .formatted(
                        name,
                        stored.type(),
                        shape(stored),
                        tensor.getDataType(),
                        tensor.getShape()));
          }
        });
    Autograd.pause(
        () -> {
          live.forEach((name, tensor) -> write(tensors.get(name), tensor));
          return null;
        });
  }

  /** Where the run stood. */
  public TrainingProgress progress() {
    return progress;
  }

  Map<String, StoredTensor> tensors() {
    return tensors;
  }

  private static Map<String, NDArray> live(
      Student student, List<NamedTensor> learned, Optimizer optimizer) {
    Map<String, NDArray> live = new LinkedHashMap<>();
    for (NamedTensor tensor : student.parameters()) {
      live.put(PARAMETER + tensor.name(), tensor.tensor());
    }
    for (NamedTensor tensor : student.statistics()) {
      live.put(STATISTIC + tensor.name(), tensor.tensor());
    }
    for (NamedTensor tensor : learned) {
      live.put(LEARNED + tensor.name(), tensor.tensor());
    }
    for (NamedTensor tensor : optimizer.state()) {
      live.put(OPTIMIZER + tensor.name(), tensor.tensor());
    }
    return live;
  }

  private static StoredTensor copy(NDArray tensor) {
    ByteBuffer values = tensor.toByteBuffer();
    ByteBuffer copy = ByteBuffer.allocate(values.remaining()).order(ByteOrder.LITTLE_ENDIAN);
    copy.put(values).flip();
    return new StoredTensor(
        tensor.getDataType(), Arrays.stream(tensor.getShape().getShape()).boxed().toList(), copy);
  }

  private static void write(StoredTensor stored, NDArray tensor) {
    // Into the tensor's own memory: NDArray.set would lay the tensor over a Java buffer, whose
    // alignment may send libtorch down another path with other rounding.
    try (NDArray values =
        tensor.getManager().create(stored.values().duplicate(), shape(stored), stored.type())) {
      tensor.set(new NDIndex("..."), values);
    }
  }

  private static Shape shape(StoredTensor stored) {
    return new Shape(stored.shape());
  }

  private static String abridged(SortedSet<String> names) {
    return names.isEmpty()
        ? "nothing"
        : names.size() == 1
            ? names.first()
            : names.first() + " and " + (names.size() - 1) + " more";
  }

  private TaustreamException mismatch(Student student, String difference) {
    return new TaustreamException(
        "The checkpoint of step %d does not fit student '%s': %s; start over with --fresh or use another name under 'run'"
            .formatted(progress.step(), student.name(), difference));
  }
}
