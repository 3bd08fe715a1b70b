package io.taustream.student.loss;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;

/**
 * Decoupled knowledge distillation (Zhao et al., CVPR 2022, arXiv 2203.08679): α · TCKD + β · NCKD,
 * a mean over the rows that have a label, with
 *
 * <ul>
 *   <li>TCKD = T² · KL(b(t) ‖ b(s)), b(x) the binary distribution of class y against all others
 *       under softmax(x / T);
 *   <li>NCKD = T² · KL(p̂(t) ‖ p̂(s)), p̂(x) the softmax of x / T over the classes other than y.
 * </ul>
 *
 * <p>With {@code standardize} the Z-score of t and s comes first (arXiv 2403.01427).
 *
 * <p>Shapes: s and t are B × C, y is B. Range: [0, ∞). Gradient: as of two KL terms, to s_y only
 * through b. Rows with label −1 count for nothing; without a labelled row, or with one class, the
 * value is zero.
 *
 * @param alpha α, weight of the target class's term, zero or above
 * @param beta β, weight of the other classes' term, zero or above
 * @param temperature T, above zero
 */
public record DecoupledDistillation(
    double alpha, double beta, double temperature, boolean standardize) implements Loss {
  public DecoupledDistillation {
    if (!(alpha >= 0 && beta >= 0) || Double.isInfinite(alpha + beta)) {
      throw new IllegalArgumentException("alpha " + alpha + " or beta " + beta + " is below zero");
    }
    if (!(temperature > 0) || Double.isInfinite(temperature)) {
      throw new IllegalArgumentException("temperature " + temperature + " is not above zero");
    }
  }

  @Override
  public String name() {
    return "dkd";
  }

  @Override
  public boolean needsTeacher() {
    return true;
  }

  @Override
  public NDArray value(LossInput input) {
    NDArray s = input.student();
    NDArray t = input.teacherFor(this);
    if (input.classes() == 1) {
      return s.mul(Constant.of(s, 0)).sum();
    }
    NDArray labelled = input.labels().gte(0).toType(s.getDataType(), false);
    NDArray n = labelled.sum().maximum(Constant.of(s, 1));
    NDArray y = input.labels().maximum(0).expandDims(1);
    Split student = split(standardize ? Standardization.of(s) : s, y);
    Split teacher = split(standardize ? Standardization.of(t) : t, y);
    NDArray tckd = divergence(teacher.logB(), student.logB());
    NDArray nckd = divergence(teacher.logP(), student.logP());
    NDArray rows =
        tckd.mul(Constant.of(s, alpha * temperature * temperature))
            .add(nckd.mul(Constant.of(s, beta * temperature * temperature)));
    return rows.mul(labelled).sum().div(n);
  }

  /**
   * The two distributions of a row.
   *
   * @param logB log b, B × 2
   * @param logP log p̂, B × (C − 1)
   */
  private record Split(NDArray logB, NDArray logP) {}

  private Split split(NDArray x, NDArray y) {
    NDArray scaled = x.div(Constant.of(x, temperature));
    // The classes but y: 0 … C − 2, of which those from y on are moved up by one.
    NDArray index =
        x.getManager()
            .arange(0, (int) x.getShape().get(1) - 1, 1, DataType.INT64)
            .expandDims(0)
            .broadcast(x.getShape().get(0), x.getShape().get(1) - 1);
    NDArray others = scaled.gather(index.add(index.gte(y).toType(DataType.INT64, false)), 1);
    NDArray largest = others.max(new int[] {1}, true).stopGradient();
    NDArray logSumExp = others.sub(largest).exp().sum(new int[] {1}, true).log().add(largest);
    NDArray binary = scaled.gather(y, 1).concat(logSumExp, 1);
    return new Split(binary.logSoftmax(1), others.logSoftmax(1));
  }

  /** KL of each row: B. */
  private static NDArray divergence(NDArray logP, NDArray logQ) {
    NDArray p = logP.exp();
    // Σ(q − p) is zero but for rounding, see KullbackLeibler.
    NDArray rounding = logQ.stopGradient().exp().sub(p);
    return p.mul(logP.sub(logQ)).add(rounding).sum(new int[] {1});
  }
}
