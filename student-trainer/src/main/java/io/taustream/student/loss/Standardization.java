package io.taustream.student.loss;

import ai.djl.ndarray.NDArray;

/**
 * Logit standardisation: z = (x − mean(x)) / (σ(x) + 10⁻⁷) over the classes of each row, σ the
 * unbiased standard deviation (Sun et al., Logit Standardization in Knowledge Distillation, CVPR
 * 2024, arXiv 2403.01427).
 *
 * <p>Where all logits of a row are the same, or there is one class, z is zero and no gradient
 * passes through σ.
 */
final class Standardization {
  private static final double EPSILON = 1e-7;
  // Keeps the square root's slope finite; far below EPSILON², so that no value changes.
  private static final double LEAST_VARIANCE = 1e-24;

  private Standardization() {}

  /**
   * @param x logits, B × C
   */
  static NDArray of(NDArray x) {
    double degrees = (double) Math.max(1, x.getShape().get(1) - 1);
    NDArray centred = x.sub(x.mean(new int[] {1}, true));
    NDArray variance = centred.square().sum(new int[] {1}, true).div(Constant.of(x, degrees));
    NDArray sigma = variance.maximum(Constant.of(x, LEAST_VARIANCE)).sqrt();
    return centred.div(sigma.add(Constant.of(x, EPSILON)));
  }
}
