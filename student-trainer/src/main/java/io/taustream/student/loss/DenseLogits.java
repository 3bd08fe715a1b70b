package io.taustream.student.loss;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;

/** The teacher's logits of all classes. */
final class DenseLogits extends TeacherLogits {
  private final NDArray logits;

  /**
   * @param logits t, B × C
   */
  DenseLogits(NDArray logits) {
    this.logits = logits;
  }

  @Override
  Shape shape() {
    return logits.getShape();
  }

  @Override
  Events events(NDArray student, TemperatureScaling scaling) {
    return new Events(scaling.of(logits), scaling.of(student));
  }

  @Override
  Decoupled decoupled(NDArray student, NDArray y, TemperatureScaling scaling) {
    Events all = events(student, scaling);
    NDArray classes = logits.getManager().arange((int) shape().get(1)).expandDims(0);
    NDArray absent =
        classes
            .eq(y)
            .toType(all.student().getDataType(), false)
            .mul(Constant.of(all.student(), Events.ABSENT));
    return new Decoupled(
        new Events(all.teacher().gather(y, 1), all.student().gather(y, 1)),
        new Events(all.teacher().add(absent), all.student().add(absent)));
  }

  @Override
  Ranked ranked(NDArray student) {
    return new Ranked(student, logits, rankedClasses());
  }

  @Override
  public NDArray ranking() {
    return logits;
  }

  @Override
  public long rankedClasses() {
    return shape().get(1);
  }

  @Override
  NDArray spread(TemperatureScaling scaling) {
    return scaling.of(logits);
  }
}
