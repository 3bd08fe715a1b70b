package io.taustream.student.ranking;

import java.util.Arrays;

/**
 * Every pair, one after the other: C²/2 evaluations of the curve and memory O(C).
 *
 * <p>The pairs of a channel i with a run of channels j are put into buffers, and what fits in them
 * is evaluated at once. What falls to j is added up in single precision over at most twice {@value
 * #FLUSH} channels i and then in double precision, what falls to i over at most {@link
 * PairBuffers#CAPACITY} channels j, so that rounding does not grow with C.
 */
final class PairwiseKernel implements RowKernel {
  private static final int FLUSH = 64;

  private final Agreement agreement;
  private final PairBuffers pairs = new PairBuffers();
  private final float[] slopes = new float[PairBuffers.CAPACITY];
  // The channels i whose runs lie in the buffers, and how many are in the slopes.
  private final int[] channels = new int[FLUSH];
  private int runs;
  private int pending;

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
    int filled = 0;
    for (int i = begin; i < end - 1; i++) {
      int first = Math.max(from, row.tieEnd[i]);
      int length = end - first;
      if (length <= 0) {
        continue;
      }
      if (filled + length > PairBuffers.CAPACITY || runs == FLUSH) {
        sum += evaluate(row, from, end, filled);
        filled = 0;
      }
      agreement.put(row.student, row.teacher, i, first, length, pairs, filled);
      channels[runs] = i;
      runs++;
      filled += length;
    }
    sum += evaluate(row, from, end, filled);
    flush(row, from, end - from);
    return sum;
  }

  /** Evaluates the runs in the buffers and adds them up. */
  private double evaluate(OrderedRow row, int from, int end, int filled) {
    agreement.evaluate(filled, pairs);
    int at = 0;
    for (int run = 0; run < runs; run++) {
      int i = channels[run];
      int first = Math.max(from, row.tieEnd[i]);
      int length = end - first;
      row.gradient[i] += PairBuffers.sum(pairs.slope, at, length);
      PairBuffers.add(pairs.slope, at, length, slopes, first - from);
      at += length;
    }
    pending += runs;
    runs = 0;
    if (pending >= FLUSH) {
      flush(row, from, end - from);
    }
    return PairBuffers.sum(pairs.agreement, 0, filled);
  }

  private void flush(OrderedRow row, int from, int width) {
    for (int j = 0; j < width; j++) {
      row.gradient[from + j] -= slopes[j];
    }
    Arrays.fill(slopes, 0, width, 0f);
    pending = 0;
  }
}
