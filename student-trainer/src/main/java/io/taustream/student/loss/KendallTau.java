package io.taustream.student.loss;

import ai.djl.ndarray.NDArray;
import java.util.Objects;

/**
 * The ranking loss of RKKD (arXiv 2409.17823): 1 − τ_d, with Kendall's rank correlation made
 * differentiable,
 *
 * <p>τ_d = 2 / (C·(C − 1)) · Σ_{i&lt;j} a(sᵢ − sⱼ, tᵢ − tⱼ),
 *
 * <p>a mean over the batch. The agreement a of a pair is one of {@link Pairing}'s over one of
 * {@link Surrogate}'s with steepness k. It asks the student for the teacher's order and not for its
 * values, so that the many small channels have their share of the gradient.
 *
 * <p>Shapes: s and t are B × C. Range: [0, 2]; 1 where nothing agrees or disagrees. Gradient of row
 * b: −2 / (B·C·(C − 1)) · Σⱼ ∂a(sᵢ − sⱼ, tᵢ − tⱼ)/∂sᵢ; its entries add up to zero. With one class
 * there is no pair and the value is 0. Time and memory are B·C².
 *
 * @param steepness k, above zero
 */
public record KendallTau(Surrogate surrogate, Pairing pairing, double steepness) implements Loss {
  public KendallTau {
    Objects.requireNonNull(surrogate, "surrogate");
    Objects.requireNonNull(pairing, "pairing");
    if (!(steepness > 0) || Double.isInfinite(steepness)) {
      throw new IllegalArgumentException("steepness " + steepness + " is not above zero");
    }
  }

  @Override
  public String name() {
    return "kendall";
  }

  @Override
  public boolean needsTeacher() {
    return true;
  }

  @Override
  public NDArray value(LossInput input) {
    NDArray s = input.student();
    TeacherLogits teacher = input.teacherFor(this);
    long C = input.classes();
    if (C == 1) {
      return s.mul(Constant.of(s, 0)).sum();
    }
    NDArray k = Constant.of(s, steepness);
    if (teacher instanceof TopKLogits topK) {
      return known(topK, s, k);
    }
    NDArray t = ((DenseLogits) teacher).logits();
    NDArray agreement = pairing.agreement(surrogate, differences(s.mul(k)), differences(t), k);
    // The sum over all (i, j) has each pair twice and zeros on the diagonal.
    NDArray pairs = Constant.of(s, (double) input.batch() * C * (C - 1));
    return agreement.sum().div(pairs).neg().add(Constant.of(s, 1));
  }

  private NDArray known(TopKLogits teacher, NDArray s, NDArray k) {
    TopKLogits.Ranking ranking = teacher.ranking(s.mul(k));
    NDArray within =
        pairing.agreement(
            surrogate, differences(ranking.student()), differences(ranking.teacher()), k);
    NDArray against =
        pairing.agreement(
            surrogate,
            ranking.student().expandDims(2).sub(ranking.studentRest().expandDims(1)),
            ranking.teacher().expandDims(2).sub(ranking.teacherRest().expandDims(1)),
            k);
    return within
        .sum()
        .div(Constant.of(s, 2))
        .add(against.sum())
        .div(Constant.of(s, (double) ranking.pairs()))
        .neg()
        .add(Constant.of(s, 1));
  }

  /** xᵢ − xⱼ for all i, j: B × C to B × C × C. */
  private static NDArray differences(NDArray x) {
    return x.expandDims(2).sub(x.expandDims(1));
  }
}
