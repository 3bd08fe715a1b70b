package io.taustream.student.loss;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * The value and the gradient of a loss, by libtorch's own autograd.
 *
 * @param learned the gradient that reaches each learned parameter
 */
record LossProbe(double value, List<Double> gradient, Map<String, Double> learned) {
  static LossProbe of(
      Loss loss, DataType type, int classes, double[] student, double[] teacher, long[] labels) {
    return of(loss, type, classes, student, teacher, labels, 0, Map.of());
  }

  /**
   * @param learned values of learned parameters; the others are at their initial ones
   */
  static LossProbe of(
      Loss loss,
      DataType type,
      int classes,
      double[] student,
      double[] teacher,
      long[] labels,
      double epoch,
      Map<String, Double> learned) {
    Shape shape = new Shape(labels.length, classes);
    return of(
        loss,
        type,
        shape,
        student,
        manager -> TeacherLogits.dense(manager.create(teacher, shape).toType(type, true)),
        labels,
        epoch,
        learned);
  }

  /** With top-k labels. */
  static LossProbe of(
      Loss loss,
      DataType type,
      double[] student,
      TopKTeacher teacher,
      long[] labels,
      double epoch) {
    return of(
        loss,
        type,
        new Shape(labels.length, teacher.classes()),
        student,
        manager -> teacher.tensors(manager, type),
        labels,
        epoch,
        Map.of());
  }

  /** With any labels. */
  static LossProbe of(
      Loss loss,
      DataType type,
      Shape shape,
      double[] student,
      Function<NDManager, TeacherLogits> teacher) {
    long[] labels = new long[(int) shape.get(0)];
    return of(loss, type, shape, student, teacher, labels, 0, Map.of());
  }

  private static LossProbe of(
      Loss loss,
      DataType type,
      Shape shape,
      double[] student,
      Function<NDManager, TeacherLogits> teacher,
      long[] labels,
      double epoch,
      Map<String, Double> learned) {
    try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
      NDArray s = manager.create(student, shape).toType(type, true);
      TeacherLogits t = teacher.apply(manager);
      s.setRequiresGradient(true);
      Map<String, NDArray> parameters = new LinkedHashMap<>();
      for (LearnedParameter parameter : loss.learned()) {
        double number = learned.getOrDefault(parameter.name(), parameter.initial());
        NDArray tensor = manager.create(new double[] {number}).toType(type, true);
        tensor.setRequiresGradient(true);
        parameters.put(parameter.name(), tensor);
      }
      NDArray value;
      try (var collector = Engine.getInstance().newGradientCollector()) {
        value =
            loss.value(
                new LossInput(
                    s, Optional.of(t), manager.create(labels), new LossState(epoch, parameters)));
        churnDirectMemory();
        collector.backward(value);
      }
      Map<String, Double> reached = new LinkedHashMap<>();
      parameters.forEach((name, tensor) -> reached.put(name, doubles(tensor.getGradient())[0]));
      return new LossProbe(
          doubles(value)[0], Arrays.stream(doubles(s.getGradient())).boxed().toList(), reached);
    }
  }

  boolean isFinite() {
    return Double.isFinite(value)
        && gradient.stream().allMatch(Double::isFinite)
        && learned.values().stream().allMatch(Double::isFinite);
  }

  private static double[] doubles(NDArray array) {
    return array.toType(DataType.FLOAT64, true).toDoubleArray();
  }

  /** Overwrites direct memory that nothing holds any more, as a garbage collection may. */
  private static void churnDirectMemory() {
    for (int i = 0; i < 64; i++) {
      ByteBuffer garbage = ByteBuffer.allocateDirect(8);
      garbage.putLong(0, -1);
    }
  }
}
