package io.taustream.student.loss;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

/**
 * The teacher's k largest logits and the mass of the other n = C − k classes, the rest. The student
 * knows all its logits, so that its side of every view is exact, and gradients reach its rest too.
 * Time and memory are B·C.
 */
final class TopKLogits extends TeacherLogits {
  private final NDArray indices;
  private final NDArray others;
  private final NDArray logits;
  private final RestMass rest;
  private final long classes;

  /**
   * @param indices the k classes by falling logit, B × k
   * @param logits theirs, B × k
   * @param classes C
   */
  TopKLogits(NDArray indices, NDArray logits, RestMass rest, long classes) {
    this.indices = indices.toType(DataType.INT64, false);
    this.logits = logits;
    this.rest = rest;
    this.classes = classes;
    Shape all = new Shape(logits.getShape().get(0), classes);
    NDArray kept =
        logits
            .getManager()
            .zeros(all, DataType.FLOAT32)
            .scatter(this.indices, logits.onesLike().toType(DataType.FLOAT32, false), 1);
    // Row-major, so that each row of the rest has its n classes in rising order.
    this.others = kept.eq(0).nonzero().get(":, 1").reshape(all.get(0), classes - k());
  }

  private long k() {
    return logits.getShape().get(1);
  }

  /** n. */
  private double count() {
    return (double) (classes - k());
  }

  @Override
  Shape shape() {
    return new Shape(logits.getShape().get(0), classes);
  }

  /**
   * Log-weights of the teacher.
   *
   * @param top of the k classes, B × k
   * @param rest of the sum over the others, B × 1
   */
  private record Weights(NDArray top, NDArray rest) {}

  private Weights weights(TemperatureScaling scaling) {
    NDArray T = scaling.temperature();
    NDArray one = Constant.of(T, 1);
    if (!scaling.standardize()) {
      return new Weights(logits.div(T), rest.at(one.div(T)));
    }
    // In double precision: a square of a masked class's logit may be more than float32 holds.
    NDArray top = logits.toType(DataType.FLOAT64, false);
    NDArray n = Constant.of(top, count());
    NDArray sum = top.sum(new int[] {1}, true).add(rest.mean().mul(n));
    NDArray mean = sum.div(Constant.of(top, (double) classes));
    NDArray centred = top.sub(mean);
    RestMass others = rest.about(mean);
    NDArray squares =
        centred
            .square()
            .sum(new int[] {1}, true)
            .add(others.mean().square().add(others.variance()).mul(n));
    DataType type = logits.getDataType();
    NDArray divisor = Standardization.divisor(squares, classes).toType(type, false);
    return new Weights(
        centred.toType(type, false).div(divisor).div(T), others.at(one.div(divisor.mul(T))));
  }

  /**
   * What stands for the rest in a ranking, B × 1: the mean, but at most the least of the k, which
   * rounding to float16 may have brought below it.
   */
  private NDArray behind() {
    NDArray mean = rest.mean().toType(logits.getDataType(), false);
    return mean.minimum(logits.min(new int[] {1}, true));
  }

  @Override
  Ranked ranked(NDArray student) {
    NDArray order = indices.concat(others, 1);
    return new Ranked(
        student.gather(order, 1),
        logits.concat(behind().broadcast(others.getShape()), 1),
        rankedClasses());
  }

  @Override
  public NDArray ranking() {
    return behind().broadcast(shape()).scatter(indices, logits, 1);
  }

  @Override
  public long rankedClasses() {
    return k();
  }

  @Override
  Events events(NDArray student, TemperatureScaling scaling) {
    Weights weights = weights(scaling);
    NDArray s = scaling.of(student);
    return new Events(
        weights.top().concat(weights.rest(), 1),
        s.gather(indices, 1).concat(LogSumExp.of(s.gather(others, 1)), 1));
  }

  /**
   * Where y is none of the k, it has the n-th part of the rest's mass, and the other n − 1 classes
   * have what is left.
   */
  @Override
  Decoupled decoupled(NDArray student, NDArray y, TemperatureScaling scaling) {
    Weights weights = weights(scaling);
    NDArray s = scaling.of(student);
    NDArray absent = Constant.of(s, Events.ABSENT);
    NDArray isTarget = indices.eq(y).toType(s.getDataType(), false);
    NDArray inside = isTarget.sum(new int[] {1}, true);
    NDArray outside = inside.sub(Constant.of(s, 1)).neg();
    NDArray share = weights.rest().sub(Constant.of(s, Math.log(count())));
    NDArray target = weights.top().mul(isTarget).sum(new int[] {1}, true).add(share.mul(outside));
    double left = count() == 1 ? Events.ABSENT : Math.log((count() - 1) / count());
    Events others =
        new Events(
            weights
                .top()
                .add(isTarget.mul(absent))
                .concat(weights.rest().add(outside.mul(Constant.of(s, left))), 1),
            s.gather(indices, 1)
                .add(isTarget.mul(absent))
                .concat(
                    LogSumExp.of(
                        s.gather(this.others, 1)
                            .add(this.others.eq(y).toType(s.getDataType(), false).mul(absent))),
                    1));
    return new Decoupled(new Events(target, s.gather(y, 1)), others);
  }

  @Override
  NDArray spread(TemperatureScaling scaling) {
    Weights weights = weights(scaling);
    NDArray share = weights.rest().sub(Constant.of(weights.rest(), Math.log(count())));
    return share.broadcast(shape()).scatter(indices, weights.top(), 1);
  }
}
