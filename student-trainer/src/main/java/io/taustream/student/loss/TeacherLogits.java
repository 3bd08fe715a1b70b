package io.taustream.student.loss;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;

/**
 * What a loss knows of the teacher's logits t of B samples and C classes: all of them; the k
 * largest with the mass, the mean and the variance of the rest; or some that were drawn by their
 * probability. A loss asks for the view of them that its formula needs, so that one formula does
 * for all; docs/losses.md says what each view means for top-k labels, and which ones sampled labels
 * have: a configuration that asks for others is refused before.
 *
 * <p>All tensors are constants and borrowed. Where k = C − 1, every view is that of the dense
 * logits.
 */
public abstract sealed class TeacherLogits permits DenseLogits, TopKLogits, SampledLogits {
  TeacherLogits() {}

  /**
   * All logits.
   *
   * @param logits B × C, of the student's data type
   */
  public static TeacherLogits dense(NDArray logits) {
    return new DenseLogits(logits);
  }

  /**
   * The k largest logits of each sample, and of the others the softened mass, mean and variance.
   *
   * @param indices the classes by falling logit, B × k, int32 or int64, none twice in a row
   * @param logits theirs, B × k, of the student's data type
   * @param restLogSumExp for each rest temperature T, log Σ exp(tⱼ / T) over the other classes, B ×
   *     m
   * @param restMoments mean and population variance of the other classes' logits, B × 2
   * @param restTemperatures m of them, positive, no two equal, in the columns' order
   * @param classes C, above k
   */
  public static TeacherLogits topK(
      NDArray indices,
      NDArray logits,
      NDArray restLogSumExp,
      NDArray restMoments,
      double[] restTemperatures,
      long classes) {
    long count = classes - logits.getShape().get(1);
    RestMass rest = RestMass.of(restLogSumExp, restMoments, restTemperatures, count);
    return new TopKLogits(indices, logits, rest, classes);
  }

  /**
   * Classes drawn with replacement from softmax(t / T_q).
   *
   * @param topIndex the class of the largest logit, B × 1, int32 or int64
   * @param indices the distinct drawn classes, B × n, int32 or int64; any where the count is 0
   * @param counts how often each was drawn, B × n, int32 or int64, n in a row
   * @param logits theirs, B × n, of the student's data type, finite also where the count is 0
   * @param logSumExp for each temperature T, log Σ exp(tⱼ / T) over all classes, B × m
   * @param proposal T_q, one of the temperatures
   * @param temperatures m of them, positive, no two equal, in the columns' order
   * @param classes C
   */
  public static TeacherLogits sampled(
      NDArray topIndex,
      NDArray indices,
      NDArray counts,
      NDArray logits,
      NDArray logSumExp,
      double proposal,
      double[] temperatures,
      long classes) {
    return new SampledLogits(
        topIndex, indices, counts, logits, logSumExp, proposal, temperatures, classes);
  }

  /** B × C. */
  abstract Shape shape();

  /**
   * KL(p ‖ q) of each row over the events that are known, B, with p and q the softmax of t / T and
   * s / T; for sampled labels an unbiased estimate of it.
   *
   * @param student logits s, B × C
   */
  NDArray divergence(NDArray student, double temperature, boolean standardize) {
    return events(student, TemperatureScaling.at(student, temperature, standardize)).divergence();
  }

  /**
   * The finest events whose probabilities are known: the C classes; or the k and, as one event, all
   * others.
   *
   * @param student logits s, B × C
   */
  abstract Events events(NDArray student, TemperatureScaling scaling);

  /**
   * Class y, and {@link #events} without it.
   *
   * @param student logits s, B × C
   * @param y classes, B × 1, int64, in [0, C)
   */
  abstract Decoupled decoupled(NDArray student, NDArray y, TemperatureScaling scaling);

  /**
   * Log-weights of all classes, B × C: what the softmax of makes the probabilities. Where only the
   * mass of the rest is known, its classes share it evenly.
   */
  abstract NDArray spread(TemperatureScaling scaling);

  /**
   * The order of the classes as far as it is known.
   *
   * @param student logits s, B × C
   */
  abstract Ranked ranked(NDArray student);

  /**
   * Logits that rank all classes, B × C: those whose order is not known are tied, behind the
   * others.
   */
  public abstract NDArray ranking();

  /** How many classes of a row have a rank of their own: C, k, or the first alone. */
  public abstract long rankedClasses();

  /**
   * Logits whose order is known, except that of the channels from {@code leading} on among
   * themselves.
   *
   * @param student B × C
   * @param teacher B × C, of the same channels; those from {@code leading} on are tied
   * @param leading from 1 to C
   */
  record Ranked(NDArray student, NDArray teacher, long leading) {}

  /**
   * The two parts of {@link #decoupled}.
   *
   * @param target class y, one event
   * @param others all other events
   */
  record Decoupled(Events target, Events others) {
    /** Class y against all others: two events. */
    Events binary() {
      return new Events(
          target.teacher().concat(LogSumExp.of(others.teacher()), 1),
          target.student().concat(LogSumExp.of(others.student()), 1));
    }
  }
}
