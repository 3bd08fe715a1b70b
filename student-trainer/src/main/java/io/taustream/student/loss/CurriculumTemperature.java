package io.taustream.student.loss;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Activation;
import java.util.List;

/**
 * Curriculum temperature (Li et al., Curriculum Temperature for Knowledge Distillation, AAAI 2023,
 * arXiv 2211.16231), with its global temperature: τ² · KL(softmax(t / τ) ‖ softmax(s / τ)), a mean
 * over the batch, where
 *
 * <p>τ = τ₀ + ρ · σ(θ), σ the logistic function and θ a {@link LearnedParameter}, 1 at first,
 *
 * <p>is learned against the student: the gradient that reaches θ is −λ times the true one, so that
 * the optimiser that lowers the loss for the student raises it for τ. The curriculum goes from easy
 * to hard as λ rises over the first E epochs, λ(e) = λ₁ · (1 − cos(π · min(e, E) / E)) / 2. The
 * gradient passes through τ² and through both softmaxes, as in the authors' code; there θ is
 * decayed as every parameter is, and so it is here, which draws τ to τ₀ + ρ / 2.
 *
 * <p>With {@code standardize} the Z-score of t and s comes first (arXiv 2403.01427). With top-k
 * labels the divergence is that of {@link KullbackLeibler}.
 *
 * <p>Shapes: s and t are B × C, θ has one element. Range: [0, ∞). Gradient to s: τ · (q − p) / B.
 * Labels are not looked at.
 *
 * @param name the term's own, under which it learns
 * @param start τ₀, the temperature's lower bound, above zero
 * @param range ρ, above zero: τ lies below τ₀ + ρ
 * @param lambda λ₁, zero or above
 * @param epochs E, above zero
 */
public record CurriculumTemperature(
    String name, double start, double range, double lambda, double epochs, boolean standardize)
    implements Loss {
  /** Its name in the configuration. */
  public static final String NAME = "ctkd";

  private static final double INITIAL = 1;

  public CurriculumTemperature {
    if (!(start > 0) || Double.isInfinite(start)) {
      throw new IllegalArgumentException("start " + start + " is not above zero");
    }
    if (!(range > 0) || Double.isInfinite(range)) {
      throw new IllegalArgumentException("range " + range + " is not above zero");
    }
    if (!(lambda >= 0) || Double.isInfinite(lambda)) {
      throw new IllegalArgumentException("lambda " + lambda + " is below zero");
    }
    if (!(epochs > 0) || Double.isInfinite(epochs)) {
      throw new IllegalArgumentException(epochs + " epochs are not above zero");
    }
  }

  /** The only term of its type. */
  public CurriculumTemperature(
      double start, double range, double lambda, double epochs, boolean standardize) {
    this(NAME, start, range, lambda, epochs, standardize);
  }

  @Override
  public CurriculumTemperature named(String unique) {
    return new CurriculumTemperature(unique, start, range, lambda, epochs, standardize);
  }

  @Override
  public boolean needsTeacher() {
    return true;
  }

  @Override
  public List<LearnedParameter> learned() {
    return List.of(new LearnedParameter(parameter(), INITIAL));
  }

  private String parameter() {
    return name + ".theta";
  }

  /** λ(e). */
  double lambda(double epoch) {
    return lambda * (1 - Math.cos(Math.PI * Math.min(epoch, epochs) / epochs)) / 2;
  }

  @Override
  public NDArray value(LossInput input) {
    NDArray s = input.student();
    TeacherLogits t = input.teacherFor(this);
    NDArray tau = temperature(input);
    NDArray divergence = t.events(s, new TemperatureScaling(tau, standardize)).divergence().sum();
    return divergence.mul(tau.square()).mul(Constant.of(s, 1.0 / input.batch())).sum();
  }

  /** τ, whose gradient comes to θ reversed. */
  private NDArray temperature(LossInput input) {
    NDArray theta = input.learned(parameter());
    NDArray fixed = theta.stopGradient();
    NDArray reversal = Constant.of(theta, -lambda(input.state().epoch()));
    // The difference is zero, to the bit: the value is θ's, the slope −λ.
    NDArray reversed = fixed.add(theta.sub(fixed).mul(reversal));
    return Activation.sigmoid(reversed)
        .mul(Constant.of(theta, range))
        .add(Constant.of(theta, start));
  }
}
