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
      sum += total(pairs.agreement, length);
      add(pairs.slope, length, slopes, first - from);
      row.gradient[i] += total(pairs.slope, length);
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

  private static void add(float[] terms, int length, float[] sums, int offset) {
    for (int j = 0; j < length; j++) {
      sums[offset + j] += terms[j];
    }
  }

  /** The sum in eight strands, which do not wait for one another. */
  private static double total(float[] x, int length) {
    float a = 0;
    float b = 0;
    float c = 0;
    float d = 0;
    float e = 0;
    float f = 0;
    float g = 0;
    float h = 0;
    int j = 0;
    for (; j < length - 7; j += 8) {
      a += x[j];
      b += x[j + 1];
      c += x[j + 2];
      d += x[j + 3];
      e += x[j + 4];
      f += x[j + 5];
      g += x[j + 6];
      h += x[j + 7];
    }
    double rest = 0;
    for (; j < length; j++) {
      rest += x[j];
    }
    return rest + ((double) a + b) + ((double) c + d) + ((double) e + f) + ((double) g + h);
  }
}
