package io.taustream.student.diagnose;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import io.taustream.student.loss.Loss;
import io.taustream.student.loss.LossInput;
import io.taustream.student.loss.TeacherLogits;
import io.taustream.student.loss.WeightedLoss;
import io.taustream.student.model.Autograd;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Takes the gradients of a loss's terms apart, at every N-th step. It works from the logits that
 * the step has computed and goes no further back than these: no forward pass of the student, no
 * random numbers, and neither parameters nor running statistics are read or changed, so that
 * training gives the same bits with it and without it. Its cost is that of the loss's own forward
 * and backward pass and of sorting B rows, once in N steps.
 *
 * <p>What a loss learns is a constant here: no gradient is left in it, so that it does not matter
 * where in the step the diagnosis stands.
 *
 * <p>Holds no tensors; what a diagnosis makes is freed with the step's manager at the latest.
 * Immutable.
 */
public final class GradientDiagnosis {
  /** Diagnoses no step. */
  public static final GradientDiagnosis NEVER = new GradientDiagnosis(0);

  private final int every;

  private GradientDiagnosis(int every) {
    this.every = every;
  }

  /**
   * Diagnoses the steps 1, N + 1, 2N + 1, …: a pure function of the step's number, so that a
   * resumed run diagnoses the same ones.
   *
   * @param every N, at least 1
   */
  public static GradientDiagnosis every(int every) {
    if (every < 1) {
      throw new IllegalArgumentException("every " + every + " steps is no interval");
    }
    return new GradientDiagnosis(every);
  }

  /** Whether a step is diagnosed. */
  public boolean dueAt(long step) {
    return every > 0 && (step - 1) % every == 0;
  }

  /**
   * The gradients of the terms, each by itself.
   *
   * @param input of the step, borrowed; whether its logits have a graph does not matter, and it is
   *     left as it was
   * @return empty without a teacher: there are no ranks then
   */
  public Optional<TermGradients> of(WeightedLoss loss, LossInput input) {
    if (input.teacher().isEmpty()) {
      return Optional.empty();
    }
    Map<String, float[]> gradients = new LinkedHashMap<>();
    loss.terms().forEach((name, term) -> gradients.put(name, gradient(term.loss(), input)));
    TeacherLogits teacher = input.teacher().get();
    RankGroups groups =
        RankGroups.of(Math.toIntExact(input.classes()), Math.toIntExact(teacher.rankedClasses()));
    int[] groupOf = groups.groups(floats(teacher.ranking()));
    Map<String, List<Double>> shares = new LinkedHashMap<>();
    Map<String, Double> norms = new LinkedHashMap<>();
    gradients.forEach(
        (name, gradient) -> {
          shares(gradient, groupOf, groups.ends().size()).ifPresent(s -> shares.put(name, s));
          double norm = Math.sqrt(product(gradient, gradient));
          norms.put(name, loss.terms().get(name).weight().at(input.state().epoch()) * norm);
        });
    return Optional.of(new TermGradients(groups, shares, norms, cosines(gradients)));
  }

  private static float[] gradient(Loss loss, LossInput input) {
    try (NDManager manager = input.student().getManager().newSubManager()) {
      NDArray leaf = Autograd.pause(() -> input.student().duplicate());
      leaf.attach(manager);
      leaf.setRequiresGradient(true);
      NDArray value = Autograd.record(() -> loss.value(input.cutOffAt(leaf)));
      Autograd.backward(value);
      try (NDArray gradient = leaf.getGradient()) {
        return floats(gradient);
      }
    }
  }

  private static float[] floats(NDArray values) {
    if (values.getDataType() == DataType.FLOAT32) {
      return values.toFloatArray();
    }
    try (NDArray narrow = values.toType(DataType.FLOAT32, false)) {
      return narrow.toFloatArray();
    }
  }

  private static Optional<List<Double>> shares(float[] gradient, int[] groupOf, int groups) {
    double[] sums = new double[groups];
    double all = 0;
    for (int i = 0; i < gradient.length; i++) {
      sums[groupOf[i]] += Math.abs(gradient[i]);
      all += Math.abs(gradient[i]);
    }
    if (!(all > 0)) {
      return Optional.empty();
    }
    List<Double> shares = new ArrayList<>();
    for (double sum : sums) {
      shares.add(sum / all);
    }
    return Optional.of(shares);
  }

  private static Map<String, Double> cosines(Map<String, float[]> gradients) {
    Map<String, Double> cosines = new LinkedHashMap<>();
    List<String> names = List.copyOf(gradients.keySet());
    for (int first = 0; first < names.size(); first++) {
      for (int second = first + 1; second < names.size(); second++) {
        float[] g = gradients.get(names.get(first));
        float[] h = gradients.get(names.get(second));
        double norms = Math.sqrt(product(g, g)) * Math.sqrt(product(h, h));
        if (norms > 0) {
          // Rounding may carry it out of the range.
          double cosine = Math.max(-1, Math.min(1, product(g, h) / norms));
          cosines.put(names.get(first) + "/" + names.get(second), cosine);
        }
      }
    }
    return cosines;
  }

  private static double product(float[] g, float[] h) {
    double sum = 0;
    for (int i = 0; i < g.length; i++) {
      sum += (double) g[i] * h[i];
    }
    return sum;
  }
}
