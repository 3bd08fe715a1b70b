package io.taustream.student.ranking;

import java.util.Arrays;

/**
 * Every pair, one after the other: C²/2 evaluations of the curve and memory O(C).
 *
 * <p>The pairs of a channel i with a run of channels j are evaluated at once. What falls to j is
 * added up in single precision over {@value #FLUSH} channels i and then in double precision, what
 * falls to i over at most {@link PairBuffers#CAPACITY} channels j, so that rounding does not grow
 * with C.
 */
final class PairwiseKernel implements RowKernel {
  private static final int FLUSH = 64;

  private final Agreement agreement;
  private final PairBuffers pairs = new PairBuffers();
  private final float[] slopes = new float[PairBuffers.CAPACITY];

  PairwiseKernel(Agreement agreement) {
    this.agreement = agreement;
  }

  @Override
  public double evaluate(OrderedRow row) {
    return evaluate(row, 0, row.classes());
  }

  /** As {@link #evaluate(OrderedRow)} for the pairs within the places from {@code begin} on. */
  double evaluate(OrderedRow row, int begin, int end) {
    double sum = 0;
    for (int from = begin; from < end; from += PairBuffers.CAPACITY) {
      sum += strip(row, begin, from, Math.min(end, from + PairBuffers.CAPACITY));
    }
    return sum;
  }

  /** The pairs of a channel j in {@code [from, end)} with all i before it. */
  private double strip(OrderedRow row, int begin, int from, int end) {
    double sum = 0;
    int width = end - from;
    int pending = 0;
    for (int i = begin; i < end - 1; i++) {
      int first = Math.max(from, row.tieEnd[i]);
      if (first >= end) {
        continue;
      }
      int length = end - first;
      agreement.evaluate(row.student, row.teacher, i, first, length, pairs);
      sum += PairBuffers.sum(pairs.agreement, length);
      PairBuffers.add(pairs.slope, length, slopes, first - from);
      row.gradient[i] += PairBuffers.sum(pairs.slope, length);
      pending++;
      if (pending == FLUSH) {
        flush(row, from, width);
        pending = 0;
      }
    }
    flush(row, from, width);
    return sum;
  }

  private void flush(OrderedRow row, int from, int width) {
    for (int j = 0; j < width; j++) {
      row.gradient[from + j] -= slopes[j];
    }
    Arrays.fill(slopes, 0, width, 0f);
  }
}
