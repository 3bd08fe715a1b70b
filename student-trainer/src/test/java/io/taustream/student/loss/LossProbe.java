package io.taustream.student.loss;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** The value and the gradient of a loss, by libtorch's own autograd. */
record LossProbe(double value, List<Double> gradient) {
  static LossProbe of(
      Loss loss, DataType type, int classes, double[] student, double[] teacher, long[] labels) {
    Shape shape = new Shape(labels.length, classes);
    return of(
        loss,
        type,
        shape,
        student,
        manager -> TeacherLogits.dense(manager.create(teacher, shape).toType(type, true)),
        labels);
  }

  /** With top-k labels. */
  static LossProbe of(
      Loss loss, DataType type, double[] student, TopKTeacher teacher, long[] labels) {
    return of(
        loss,
        type,
        new Shape(labels.length, teacher.classes()),
        student,
        manager -> teacher.tensors(manager, type),
        labels);
  }

  private static LossProbe of(
      Loss loss,
      DataType type,
      Shape shape,
      double[] student,
      Function<NDManager, TeacherLogits> teacher,
      long[] labels) {
    try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
      NDArray s = manager.create(student, shape).toType(type, true);
      TeacherLogits t = teacher.apply(manager);
      s.setRequiresGradient(true);
      NDArray value;
      try (var collector = Engine.getInstance().newGradientCollector()) {
        value = loss.value(new LossInput(s, Optional.of(t), manager.create(labels)));
        churnDirectMemory();
        collector.backward(value);
      }
      return new LossProbe(
          doubles(value)[0], Arrays.stream(doubles(s.getGradient())).boxed().toList());
    }
  }

  boolean isFinite() {
    return Double.isFinite(value) && gradient.stream().allMatch(Double::isFinite);
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
