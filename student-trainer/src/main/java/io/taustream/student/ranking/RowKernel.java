package io.taustream.student.ranking;

/** One way to go through the pairs of a row. Has scratch of its own; not thread-safe. */
sealed interface RowKernel permits PairwiseKernel, MergeKernel {
  /**
   * Adds to the row's gradient.
   *
   * @return the sum of the agreements of all pairs
   */
  double evaluate(OrderedRow row);
}
