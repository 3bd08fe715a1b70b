package io.taustream.student.ranking;

import java.util.Arrays;

/**
 * All pairs in O(C · log C) for curves that are sums of exponentials, under the pairings {@code
 * sign} and {@code factored}.
 *
 * <p>The channels, in the teacher's order, are halved until few are left, which are paired one by
 * one. For the pairs between two halves one sweep up and one down the student's order keep {@link
 * Moments} of either. docs/losses.md derives it. A channel is named by its place in the teacher's
 * order.
 *
 * <p>Memory is O(C).
 */
final class MergeKernel implements RowKernel {
  private static final int LEAF = 192;

  private final Agreement agreement;
  private final SplitForm split;
  private final PairwiseKernel leaves;
  // Of the upper half and of the lower one.
  private final Moments[] moments;
  private final ExponentialScale student;
  private final ExponentialScale teacher;
  // By place, then in the student's order: what the teacher's logit comes to against the split.
  private final double[] placeFades;
  private final double[] stepFades;
  // φₘ of that, one m behind the other.
  private final double[] fades;
  private final long[] keys;
  private final KeySort sort;
  // The places in the student's rising order, those of each block together.
  private final int[] order;
  private final int[] lower;
  private final ChannelPowers powers;
  private OrderedRow row;

  /**
   * @param separation the agreement's
   */
  MergeKernel(Agreement agreement, Separation separation, int classes) {
    this.agreement = agreement;
    split = separation.split();
    leaves = new PairwiseKernel(agreement);
    moments = new Moments[] {new Moments(split), new Moments(split)};
    powers = new ChannelPowers(split);
    student = new ExponentialScale(classes, powers.rising.length);
    fades = new double[split.terms() * classes];
    boolean one = split.isOne();
    if (one) {
      Arrays.fill(fades, 1);
    }
    teacher = new ExponentialScale(one ? 0 : classes, 1);
    placeFades = new double[one ? 0 : classes];
    stepFades = new double[one ? 0 : classes];
    keys = new long[classes];
    sort = new KeySort(classes);
    order = new int[classes];
    lower = new int[classes];
  }

  @Override
  public double evaluate(OrderedRow ordered) {
    row = ordered;
    int classes = row.classes();
    orderByStudent(classes);
    double rate = split.rate() * agreement.steepness;
    student.begin(rate, row.student[order[0]]);
    for (int i = 0; i < classes; i++) {
      student.put(i, row.student[i]);
    }
    if (!split.isOne()) {
      teacher.begin(rate, row.teacher[classes - 1]);
      for (int i = 0; i < classes; i++) {
        teacher.put(i, row.teacher[i]);
      }
    }
    return solve(0, classes);
  }

  private void orderByStudent(int classes) {
    for (int place = 0; place < classes; place++) {
      keys[place] = (long) OrderedRow.sortable(row.student[place]) << 32 | place;
    }
    sort.sort(keys);
    for (int rank = 0; rank < classes; rank++) {
      order[rank] = (int) keys[rank];
    }
  }

  /** The pairs within places {@code [low, high)}, which lie in order. */
  private double solve(int low, int high) {
    if (row.tieEnd[low] >= high) {
      return 0;
    }
    if (high - low <= LEAF) {
      return leaves.evaluate(row, low, high);
    }
    int middle = border(low, high);
    if (!split.isOne()) {
      fades(low, middle, high);
    }
    double sum = sweep(low, middle, high, true) + sweep(low, middle, high, false);
    divide(low, middle, high);
    return sum + solve(low, middle) + solve(middle, high);
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

  /** Parts the order of two halves into that of either. */
  private void divide(int low, int middle, int high) {
    int uppers = low;
    int lowers = 0;
    for (int step = low; step < high; step++) {
      int place = order[step];
      int half = half(place, middle);
      // Written to both sides, kept on one.
      order[uppers] = place;
      lower[lowers] = place;
      uppers += 1 - half;
      lowers += half;
    }
    System.arraycopy(lower, 0, order, middle, lowers);
  }

  /** 0 in the upper half and 1 in the lower one; a branch would be wrong half of the time. */
  private static int half(int place, int middle) {
    return (middle - 1 - place) >>> 31;
  }

  /** φₘ of e^(−r·k·|t − split|), which is at most 1 on both sides, for every step. */
  private void fades(int low, int middle, int high) {
    double border = row.teacher[middle];
    double window = Double.NaN;
    double shift = 0;
    for (int place = low; place < high; place++) {
      if (teacher.window[place] != window) {
        window = teacher.window[place];
        shift = teacher.fromMiddle(window, border);
      }
      placeFades[place] =
          place < middle ? shift * teacher.falling[place] : teacher.rising[place] / shift;
    }
    for (int step = low; step < high; step++) {
      stepFades[step] = placeFades[order[step]];
    }
    split.evaluate(stepFades, fades, low, high);
  }

  /**
   * All channels with those of the other half that the student has below them, or, sweeping down,
   * above. One sweep has the value of every pair, at whichever channel comes second.
   *
   * @return sweeping up, the sum over all pairs between the halves
   */
  private double sweep(int low, int middle, int high, boolean up) {
    moments[0].clear();
    moments[1].clear();
    double sum = 0;
    double rate = split.rate();
    double window = student.window[order[up ? low : high - 1]];
    for (int passed = 0; passed < high - low; passed++) {
      int step = up ? low + passed : high - 1 - passed;
      int place = order[step];
      if (student.window[place] != window) {
        double decay = student.between(window, student.window[place]);
        moments[0].decay(decay);
        moments[1].decay(decay);
        window = student.window[place];
      }
      double rising = student.rising[place];
      double falling = student.falling[place];
      int half = half(place, middle);
      double sign = 1 - 2 * half;
      Moments others = moments[1 - half];
      double slope;
      if (up) {
        powers.set(rising, falling, false);
        others.evaluate(powers.weighted, fades, step);
        sum += sign * others.value();
        slope = others.slope();
      } else {
        powers.set(falling, rising, true);
        slope = others.slope(powers.weighted, fades, step);
      }
      row.gradient[place] += sign * rate * slope;
      moments[half].add(powers.rising, fades, step);
    }
    return sum;
  }
}
