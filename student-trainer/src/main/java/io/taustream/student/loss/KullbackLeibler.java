package io.taustream.student.loss;

import ai.djl.ndarray.NDArray;

/**
 * Distillation as Hinton et al. have it (arXiv 1503.02531): T² · KL(p ‖ q), p = softmax(t / T), q =
 * softmax(s / T), a mean over the batch. With {@code standardize} the Z-score of t and s comes
 * first (arXiv 2403.01427), so that the student has to match the shape of the teacher's logits and
 * not their scale.
 *
 * <p>With top-k labels p and q are the distributions over the k classes and, as one event, all
 * others. With sampled labels the value is T² · Σ w · (log p − log q) over the drawn classes and
 * the gradient T · (q · Σ w − w) / B, w the importance weights: both are unbiased, and a single
 * value may lie below zero.
 *
 * <p>Shapes: s and t are B × C. Range: [0, ∞). Gradient without standardisation: T · (q − p) / B.
 * Labels are not looked at.
 *
 * @param temperature T, above zero
 */
public record KullbackLeibler(double temperature, boolean standardize) implements Loss {
  public KullbackLeibler {
    if (!(temperature > 0) || Double.isInfinite(temperature)) {
      throw new IllegalArgumentException("temperature " + temperature + " is not above zero");
    }
  }

  @Override
  public String name() {
    return "kl";
  }

  @Override
  public boolean needsTeacher() {
    return true;
  }

  @Override
  public NDArray value(LossInput input) {
    NDArray s = input.student();
    NDArray divergence = input.teacherFor(this).divergence(s, temperature, standardize);
    NDArray scale = Constant.of(s, temperature * temperature / input.batch());
    return divergence.sum().mul(scale);
  }
}
