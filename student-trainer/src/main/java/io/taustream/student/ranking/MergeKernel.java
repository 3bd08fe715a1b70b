package io.taustream.student.ranking;

import java.util.Arrays;

/**
 * All pairs in O(C · log C) for curves that are sums of exponentials, under the pairings {@code
 * sign} and {@code factored}.
 *
 * <p>The channels, in the teacher's order, are halved until few are left, which are paired one by
 * one. Two halves are merged in the student's order, and for the pairs between them one sweep up
 * and one down the merged order keep {@link Moments} of either half. docs/losses.md derives it.
 *
 * <p>Memory is O(C).
 */
final class MergeKernel implements RowKernel {
  private static final int LEAF = 192;

  private final Agreement agreement;
  private final ExponentialSeries series;
  private final SplitForm split;
  private final PairwiseKernel leaves;
  private final Moments ofLeft;
  private final Moments ofRight;
  private final ExponentialScale student;
  private final ExponentialScale teacher;
  private final double[] fades;
  private final long[] keys;
  private final int[] placeOfRank;
  private final int[] ranks;
  private final int[] merged;
  // By n − 1, filled up with zeros: wₙ, n · wₙ, and of the channel that a sweep is at zⁿ, and z⁻ⁿ
  // times one of the two.
  private final double[] weights;
  private final double[] slopeWeights;
  private final double[] powers;
  private final double[] weighted;
  private OrderedRow row;

  /**
   * @param separation the agreement's
   */
  MergeKernel(Agreement agreement, Separation separation, int classes) {
    this.agreement = agreement;
    series = separation.series();
    split = separation.split();
    leaves = new PairwiseKernel(agreement);
    int terms = (series.terms() + Moments.STRIDE - 1) / Moments.STRIDE * Moments.STRIDE;
    ofLeft = new Moments(terms, split.terms());
    ofRight = new Moments(terms, split.terms());
    weights = new double[terms];
    slopeWeights = new double[terms];
    for (int n = 1; n <= series.terms(); n++) {
      weights[n - 1] = series.weight(n);
      slopeWeights[n - 1] = n * series.weight(n);
    }
    powers = new double[terms];
    weighted = new double[terms];
    student = new ExponentialScale(classes);
    teacher = new ExponentialScale(classes);
    fades = new double[classes * split.terms()];
    keys = new long[classes];
    placeOfRank = new int[classes];
    ranks = new int[classes];
    merged = new int[classes];
  }

  @Override
  public double evaluate(OrderedRow ordered) {
    row = ordered;
    int classes = row.classes();
    rankStudent(classes);
    double rate = series.rate() * agreement.steepness();
    student.begin(rate, row.student[placeOfRank[0]]);
    teacher.begin(rate, row.teacher[classes - 1]);
    for (int i = 0; i < classes; i++) {
      student.put(i, row.student[placeOfRank[i]]);
      teacher.put(i, row.teacher[i]);
    }
    return solve(0, classes);
  }

  /** From here on a channel is named by its rank in the student's rising order. */
  private void rankStudent(int classes) {
    for (int place = 0; place < classes; place++) {
      keys[place] = (long) OrderedRow.sortable(row.student[place]) << 32 | place;
    }
    Arrays.sort(keys);
    for (int rank = 0; rank < classes; rank++) {
      int place = (int) keys[rank];
      placeOfRank[rank] = place;
      ranks[place] = rank;
    }
  }

  /** The pairs within places {@code [low, high)}; leaves their ranks in rising order. */
  private double solve(int low, int high) {
    if (row.tieEnd[low] >= high) {
      Arrays.sort(ranks, low, high);
      return 0;
    }
    if (high - low <= LEAF) {
      Arrays.sort(ranks, low, high);
      return leaves.evaluate(row, low, high);
    }
    int middle = border(low, high);
    double sum = solve(low, middle) + solve(middle, high);
    merge(low, middle, high);
    fades(low, middle, high);
    return sum + sweep(low, middle, high, true) + sweep(low, middle, high, false);
  }

  /** A place near the middle whose teacher logit is below that of the place before it. */
  private int border(int low, int high) {
    int place = (low + high) >>> 1;
    int behind = row.tieEnd[place - 1];
    if (behind < high) {
      return behind;
    }
    // The ties reach the end: split before the first of them.
    while (place > low && row.teacher[place - 1] == row.teacher[high - 1]) {
      place--;
    }
    return place;
  }

  private void merge(int low, int middle, int high) {
    int a = low;
    int b = middle;
    for (int i = low; i < high; i++) {
      if (b >= high || (a < middle && ranks[a] < ranks[b])) {
        merged[i] = ranks[a++];
      } else {
        merged[i] = ranks[b++];
      }
    }
    System.arraycopy(merged, low, ranks, low, high - low);
  }

  /** φₘ of e^(−r·k·|t − split|), which is at most 1 on both sides, for every place. */
  private void fades(int low, int middle, int high) {
    double border = row.teacher[middle];
    double window = Double.NaN;
    double shift = 0;
    int stride = split.terms();
    for (int place = low; place < high; place++) {
      if (teacher.window[place] != window) {
        window = teacher.window[place];
        shift = teacher.fromMiddle(window, border);
      }
      double fade = place < middle ? shift * teacher.falling[place] : teacher.rising[place] / shift;
      split.evaluate(fade, fades, place * stride);
    }
  }

  /** All pairs between the halves in which the student has i above j, or, sweeping down, below. */
  private double sweep(int low, int middle, int high, boolean up) {
    ofLeft.clear();
    ofRight.clear();
    double sum = 0;
    double rate = series.rate();
    int stride = split.terms();
    double window = student.window[ranks[up ? low : high - 1]];
    for (int step = 0; step < high - low; step++) {
      int rank = ranks[up ? low + step : high - 1 - step];
      int place = placeOfRank[rank];
      int at = place * stride;
      if (student.window[rank] != window) {
        double decay = ExponentialScale.between(window, student.window[rank]);
        ofLeft.decay(decay);
        ofRight.decay(decay);
        window = student.window[rank];
      }
      double rising = student.rising[rank];
      double falling = student.falling[rank];
      boolean upper = place < middle;
      setPowers(up ? rising : falling, up ? falling : rising, upper ? weights : slopeWeights);
      if (upper) {
        // The value of a pair is counted once, at its upper channel.
        ofRight.evaluate(weighted, fades, at);
        sum += up ? ofRight.value() : -ofRight.value();
        row.gradient[place] += rate * ofRight.slope();
        ofLeft.add(powers, fades, at);
      } else {
        row.gradient[place] -= rate * ofLeft.slope(weighted, fades, at);
        ofRight.add(powers, fades, at);
      }
    }
    return sum;
  }

  private void setPowers(double growing, double shrinking, double[] factors) {
    double up = 1;
    double down = 1;
    for (int n = 0; n < factors.length; n++) {
      up *= growing;
      down *= shrinking;
      powers[n] = up;
      weighted[n] = factors[n] * down;
    }
  }
}
