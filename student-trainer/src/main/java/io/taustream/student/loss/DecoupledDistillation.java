package io.taustream.student.loss;

import ai.djl.ndarray.NDArray;

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
 * <p>With {@code standardize} the Z-score of t and s comes first (arXiv 2403.01427). With top-k
 * labels p̂ is the distribution over those of the k that are not y and, as one event, all others;
 * where y is none of the k, the teacher gives it an even part of the others' mass.
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
    TeacherLogits teacher = input.teacherFor(this);
    if (input.classes() == 1) {
      return s.mul(Constant.of(s, 0)).sum();
    }
    NDArray labelled = input.labels().gte(0).toType(s.getDataType(), false);
    NDArray n = labelled.sum().maximum(Constant.of(s, 1));
    NDArray y = input.labels().maximum(0).expandDims(1);
    TeacherLogits.Decoupled split =
        teacher.decoupled(s, y, TemperatureScaling.at(s, temperature, standardize));
    NDArray tckd = split.binary().divergence();
    NDArray nckd = split.others().divergence();
    NDArray rows =
        tckd.mul(Constant.of(s, alpha * temperature * temperature))
            .add(nckd.mul(Constant.of(s, beta * temperature * temperature)));
    return rows.mul(labelled).sum().div(n);
  }
}
