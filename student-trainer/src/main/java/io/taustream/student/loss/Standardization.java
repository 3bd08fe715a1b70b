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
   * z of all classes.
   *
   * @param x logits, B × C
   */
  static NDArray of(NDArray x) {
    NDArray centred = x.sub(x.mean(new int[] {1}, true));
    return centred.div(divisor(centred.square().sum(new int[] {1}, true), x.getShape().get(1)));
  }

  /**
   * σ + 10⁻⁷, what centred logits are divided by.
   *
   * @param squares Σ (x − mean)² over the classes, B × 1
   * @param classes C
   */
  static NDArray divisor(NDArray squares, long classes) {
    NDArray variance = squares.div(Constant.of(squares, (double) Math.max(1, classes - 1)));
    NDArray sigma = variance.maximum(Constant.of(squares, LEAST_VARIANCE)).sqrt();
    return sigma.add(Constant.of(squares, EPSILON));
  }
}
