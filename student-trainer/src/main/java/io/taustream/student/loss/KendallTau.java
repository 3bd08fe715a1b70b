package io.taustream.student.loss;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import io.taustream.student.model.Autograd;
import io.taustream.student.ranking.RankingLoss;
import io.taustream.student.ranking.RowThreads;
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
 * there is no pair and the value is 0.
 *
 * <p>Value v and gradient g are computed together, outside autograd, and handed to it as v + Σ (s −
 * s₀) ⊙ g, s₀ being s without its history: v as it stands, since s − s₀ is zero, with the
 * derivative g. Float32 logits on the CPU are worked on row by row ({@link RankingLoss}), all
 * others in tiles of tensors. Memory is O(B·C) either way. docs/losses.md says more.
 *
 * @param steepness k, above zero
 * @param threads that rows are divided among on the CPU; the results do not depend on it
 */
public record KendallTau(Surrogate surrogate, Pairing pairing, double steepness, RowThreads threads)
    implements Loss {
  public KendallTau {
    Objects.requireNonNull(surrogate, "surrogate");
    Objects.requireNonNull(pairing, "pairing");
    Objects.requireNonNull(threads, "threads");
    if (!(steepness > 0) || Double.isInfinite(steepness)) {
      throw new IllegalArgumentException("steepness " + steepness + " is not above zero");
    }
  }

  /** On the calling thread alone. */
  public KendallTau(Surrogate surrogate, Pairing pairing, double steepness) {
    this(surrogate, pairing, steepness, new RowThreads(1));
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
    if (input.classes() == 1) {
      return s.mul(Constant.of(s, 0)).sum();
    }
    TeacherLogits.Ranked ranked = input.teacherFor(this).ranked(s);
    NDArray constant = ranked.student().stopGradient();
    TauEvaluation.Result result =
        Autograd.pause(() -> evaluation(s).evaluate(constant, ranked.teacher(), ranked.leading()));
    return ranked.student().sub(constant).mul(result.gradient()).sum().add(result.value());
  }

  private TauEvaluation evaluation(NDArray s) {
    boolean rows = s.getDataType() == DataType.FLOAT32 && !s.getDevice().isGpu();
    return rows
        ? new RowEvaluation(new RankingLoss(pairing.agreement(surrogate, steepness), threads))
        : new TileEvaluation(surrogate, pairing, steepness);
  }
}
