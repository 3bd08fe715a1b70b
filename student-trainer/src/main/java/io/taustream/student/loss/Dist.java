package io.taustream.student.loss;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

/**
 * DIST (Huang et al., Knowledge Distillation from A Stronger Teacher, NeurIPS 2022, arXiv
 * 2205.10536): T² · (β · (1 − mean_b ρ(p_b, q_b)) + γ · (1 − mean_c ρ(p^c, q^c))), with p =
 * softmax(t / T), q = softmax(s / T), rows p_b over classes and columns p^c over the batch, and
 * Pearson's ρ(u, v) = Σ u'v' / (‖u'‖·‖v'‖ + 10⁻⁸), u' and v' without their means.
 *
 * <p>Shapes: s and t are B × C. Range: [0, 2·T²·(β + γ)]. Gradient: through softmax and ρ; none
 * through the norm of a constant row or column, whose ρ is 0. Labels are not looked at. Computed in
 * double precision. With top-k labels the other classes share their mass under p evenly.
 *
 * @param beta β, weight between the classes of a sample, zero or above
 * @param gamma γ, weight between the samples of a class, zero or above
 * @param temperature T, above zero
 */
public record Dist(double beta, double gamma, double temperature) implements Loss {
  private static final double EPSILON = 1e-8;
  // Keeps the square root's slope finite; far below EPSILON².
  private static final double LEAST_SQUARE = 1e-30;

  public Dist {
    if (!(beta >= 0 && gamma >= 0) || Double.isInfinite(beta + gamma)) {
      throw new IllegalArgumentException("beta " + beta + " or gamma " + gamma + " is below zero");
    }
    if (!(temperature > 0) || Double.isInfinite(temperature)) {
      throw new IllegalArgumentException("temperature " + temperature + " is not above zero");
    }
  }

  @Override
  public String name() {
    return "dist";
  }

  @Override
  public boolean needsTeacher() {
    return true;
  }

  @Override
  public NDArray value(LossInput input) {
    // Columns of improbable classes differ by less than float32 resolves. DJL's toType lets no
    // gradient through; the product with a float64 tensor does.
    NDArray one = input.student().getManager().ones(new Shape(1, 1), DataType.FLOAT64);
    NDArray s = input.student().mul(one);
    TemperatureScaling scaling =
        new TemperatureScaling(one.mul(Constant.of(one, temperature)), false);
    NDArray q = scaling.of(s).softmax(1);
    NDArray p = input.teacherFor(this).spread(scaling).softmax(1);
    double square = temperature * temperature;
    NDArray inter = correlation(p, q, 1).mul(Constant.of(s, -beta * square));
    NDArray intra = correlation(p, q, 0).mul(Constant.of(s, -gamma * square));
    return inter.add(intra).add(Constant.of(s, (beta + gamma) * square));
  }

  /** The mean of ρ over all rows (axis 1) or columns (axis 0). */
  private static NDArray correlation(NDArray p, NDArray q, int axis) {
    int[] axes = {axis};
    NDArray u = p.sub(p.mean(axes, true));
    NDArray v = q.sub(q.mean(axes, true));
    NDArray norms = norm(u, axes).mul(norm(v, axes)).add(Constant.of(q, EPSILON));
    return u.mul(v).sum(axes).div(norms).mean();
  }

  private static NDArray norm(NDArray x, int[] axes) {
    return x.square().sum(axes).maximum(Constant.of(x, LEAST_SQUARE)).sqrt();
  }
}
