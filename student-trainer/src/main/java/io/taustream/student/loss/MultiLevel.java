package io.taustream.student.loss;

import ai.djl.ndarray.NDArray;
import java.util.List;

/**
 * Multi-level logit distillation (Jin et al., CVPR 2023, "Multi-level Logit Distillation"): the
 * student matches the teacher's predictions sample by sample, and what they say of how samples
 * resemble each other and how classes do, each at several temperatures T:
 *
 * <p>Σ_T (L_ins + L_batch + L_class), with p = softmax(t / T), q = softmax(s / T), both B × C, and
 *
 * <ul>
 *   <li>L_ins = T² · KL(p ‖ q), a mean over the batch;
 *   <li>L_batch = ‖G_s − G_t‖² / B, G_s = q·qᵀ and G_t = p·pᵀ, B × B;
 *   <li>L_class = ‖M_s − M_t‖² / C, M_s = qᵀ·q and M_t = pᵀ·p, C × C;
 * </ul>
 *
 * <p>norms being Frobenius'. With {@code standardize} the Z-score of t and s comes first at the
 * instance level, and there alone (arXiv 2403.01427).
 *
 * <p>No C × C matrix is made: with D = q − p, S = q + p and K = S·Dᵀ, G_s − G_t = (K + Kᵀ) / 2 and
 * M_s − M_t = (Dᵀ·S + Sᵀ·D) / 2, so that ‖M_s − M_t‖² = (⟨D·Dᵀ, S·Sᵀ⟩ + ⟨K, Kᵀ⟩) / 2. Nothing here
 * is a difference of large numbers where p and q are close. Time is B²·C a temperature, memory B² +
 * B·C.
 *
 * <p>Shapes: s and t are B × C. Range: [0, ∞) but for rounding. Gradient: T · (q − p) / B from
 * L_ins, 4 · (q·qᵀ − p·pᵀ)·q / B and 4 · q·(qᵀ·q − pᵀ·p) / C with respect to q from the others.
 * Labels are not looked at. With top-k labels L_ins is that of {@link KullbackLeibler}, and in the
 * others the classes outside the k share their mass under p evenly.
 *
 * @param temperatures the values of T, at least one, each above zero
 */
public record MultiLevel(List<Double> temperatures, boolean standardize) implements Loss {
  public MultiLevel {
    temperatures = List.copyOf(temperatures);
    if (temperatures.isEmpty()) {
      throw new IllegalArgumentException("there is no temperature");
    }
    for (double temperature : temperatures) {
      if (!(temperature > 0) || Double.isInfinite(temperature)) {
        throw new IllegalArgumentException("temperature " + temperature + " is not above zero");
      }
    }
  }

  @Override
  public String name() {
    return "mlkd";
  }

  @Override
  public boolean needsTeacher() {
    return true;
  }

  @Override
  public NDArray value(LossInput input) {
    NDArray sum = null;
    for (double temperature : temperatures) {
      NDArray instances = new KullbackLeibler(temperature, standardize).value(input);
      NDArray levels = instances.add(correlations(input, temperature));
      sum = sum == null ? levels : sum.add(levels);
    }
    return sum;
  }

  /** L_batch + L_class at one temperature. */
  private NDArray correlations(LossInput input, double temperature) {
    NDArray s = input.student();
    TemperatureScaling scaling = TemperatureScaling.at(s, temperature, false);
    NDArray q = scaling.of(s).softmax(1);
    NDArray p = input.teacherFor(this).spread(scaling).softmax(1);
    NDArray D = q.sub(p);
    NDArray S = q.add(p);
    NDArray K = S.matMul(D.transpose());
    NDArray batch = K.add(K.transpose()).square().sum();
    NDArray gram = D.matMul(D.transpose()).mul(S.matMul(S.transpose()));
    NDArray classes = gram.add(K.mul(K.transpose())).sum();
    return batch
        .mul(Constant.of(s, 1.0 / (4 * input.batch())))
        .add(classes.mul(Constant.of(s, 1.0 / (2 * input.classes()))));
  }
}
