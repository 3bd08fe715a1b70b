package io.taustream.student.loss;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.taustream.storage.TaustreamException;
import java.util.Arrays;

/**
 * Classes that were drawn from the proposal q = softmax(t / T_q), and the log-sum-exp of all
 * logits: the divergence at a stored temperature is estimated without bias (Random Sampling
 * Knowledge Distillation, ACL 2025, arXiv 2503.16870), and no other view of the teacher is to be
 * had. Time and memory are B·C, for the student's softmax.
 */
final class SampledLogits extends TeacherLogits {
  private final NDArray topIndex;
  private final NDArray indices;
  private final NDArray shares;
  private final NDArray logits;
  private final NDArray logSumExp;
  private final double proposal;
  private final double[] temperatures;
  private final long classes;

  /**
   * @param topIndex the class of the largest logit, B × 1
   * @param indices the drawn classes, B × n
   * @param counts how often each was drawn, B × n; 0 in places that hold none
   * @param logits theirs, B × n
   * @param logSumExp B × m
   * @param proposal T_q, one of the temperatures
   * @param temperatures m of them
   * @param classes C
   */
  SampledLogits(
      NDArray topIndex,
      NDArray indices,
      NDArray counts,
      NDArray logits,
      NDArray logSumExp,
      double proposal,
      double[] temperatures,
      long classes) {
    DataType type = logits.getDataType();
    this.topIndex = topIndex.toType(DataType.INT64, false);
    this.indices = indices.toType(DataType.INT64, false);
    long draws = logits.getShape().get(1);
    this.shares = counts.toType(type, false).div(Constant.of(logits, (double) draws));
    this.logits = logits;
    this.logSumExp = logSumExp.toType(type, false);
    this.proposal = proposal;
    this.temperatures = temperatures.clone();
    this.classes = classes;
  }

  @Override
  Shape shape() {
    return new Shape(logits.getShape().get(0), classes);
  }

  /**
   * Σ w · (log p − log softmax(s / T)) over the drawn classes, with w = p · count / (n · q): its
   * mean over draws is the divergence, and the mean of its gradient to s the divergence's.
   */
  @Override
  NDArray divergence(NDArray student, double temperature, boolean standardize) {
    if (standardize) {
      throw unknown("standardised logits");
    }
    NDArray logP = logProbability(temperature);
    NDArray w = logP.sub(logProbability(proposal)).exp().mul(shares);
    NDArray logQ =
        TemperatureScaling.at(student, temperature, false)
            .of(student)
            .logSoftmax(1)
            .gather(indices, 1);
    return w.mul(logP.sub(logQ)).sum(new int[] {1});
  }

  /** log softmax(t / T) of the drawn classes, B × n. */
  private NDArray logProbability(double temperature) {
    for (int i = 0; i < temperatures.length; i++) {
      if (temperatures[i] == temperature) {
        NDArray mass = logSumExp.get(":, " + i + ":" + (i + 1));
        return logits.div(Constant.of(logits, temperature)).sub(mass);
      }
    }
    throw unknown("the mass at temperature " + temperature);
  }

  private TaustreamException unknown(String what) {
    return new TaustreamException(
        "Sampled labels do not know %s; they serve the loss kl at the temperatures %s, not standardised: use labels.encoding top-k or dense-f16"
            .formatted(what, Arrays.toString(temperatures)));
  }

  @Override
  Events events(NDArray student, TemperatureScaling scaling) {
    throw unknown("the probabilities of all events");
  }

  @Override
  Decoupled decoupled(NDArray student, NDArray y, TemperatureScaling scaling) {
    throw unknown("the label's probability");
  }

  @Override
  NDArray spread(TemperatureScaling scaling) {
    throw unknown("the probabilities of all classes");
  }

  @Override
  Ranked ranked(NDArray student) {
    throw unknown("the order of all classes");
  }

  /** The teacher's first class before all others. */
  @Override
  public NDArray ranking() {
    NDArray behind = logits.getManager().zeros(shape(), logits.getDataType());
    return behind.scatter(topIndex, topIndex.onesLike().toType(logits.getDataType(), false), 1);
  }

  @Override
  public long rankedClasses() {
    return 1;
  }
}
