package io.taustream.student.ranking;

/**
 * 1 − τ_d of a batch and its gradient by the student's logits, in one pass and O(B·C) memory. Float
 * in, float out; sums are in double precision. Immutable; threads may share it.
 *
 * <p>With τ_d = 2 / (C·(C − 1)) · Σ_{i&lt;j} a(i, j) the gradient of row b at channel i is −2 /
 * (B·C·(C − 1)) · Σⱼ ∂a(i, j)/∂sᵢ.
 */
public final class RankingLoss {
  private final Agreement agreement;
  private final RowThreads threads;
  private final Method method;

  /** By the method that is fastest for the number of pairs. */
  public RankingLoss(Agreement agreement, RowThreads threads) {
    this(agreement, threads, Method.FASTEST);
  }

  /**
   * @throws IllegalArgumentException on evaluation, if the agreement does not allow the method
   */
  public RankingLoss(Agreement agreement, RowThreads threads, Method method) {
    this.agreement = agreement;
    this.threads = threads;
    this.method = method;
  }

  /**
   * Value and gradient.
   *
   * @param student logits, B × C, row by row
   * @param teacher logits, as many
   * @param classes C, at least 2
   * @param gradient of the value, as many, written
   * @return the mean of 1 − τ_d over the rows
   */
  public double evaluate(float[] student, float[] teacher, int classes, float[] gradient) {
    return evaluate(student, teacher, classes, (long) classes * (classes - 1) / 2, gradient);
  }

  /**
   * Value and gradient where the order of some pairs is not known.
   *
   * @param known τ_d is the mean over so many pairs of a row, at least 1; the teacher ties the
   *     others
   */
  public double evaluate(
      float[] student, float[] teacher, int classes, long known, float[] gradient) {
    if (classes < 2 || student.length == 0 || student.length % classes != 0) {
      throw new IllegalArgumentException(
          student.length + " logits are no rows of " + classes + " classes, 2 or more");
    }
    if (teacher.length != student.length || gradient.length != student.length) {
      throw new IllegalArgumentException(
          "%d logits of the student, %d of the teacher, %d places for the gradient"
              .formatted(student.length, teacher.length, gradient.length));
    }
    int rows = student.length / classes;
    double pairs = (double) known;
    double[] tau = new double[rows];
    double scale = -agreement.steepness() / (pairs * rows);
    threads.forEach(
        rows,
        (long) (rows * pairs),
        () -> {
          RowKernel kernel = method.kernel(agreement, classes, pairs);
          OrderedRow ordered = new OrderedRow(classes);
          return row -> {
            ordered.load(student, teacher, row * classes);
            tau[row] = kernel.evaluate(ordered) / pairs;
            ordered.storeGradient(scale, gradient, row * classes);
          };
        });
    double sum = 0;
    for (double rowTau : tau) {
      sum += rowTau;
    }
    return 1 - sum / rows;
  }
}
