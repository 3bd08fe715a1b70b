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
 * <p>The merged order is cut into chunks: the moments tell of the chunks before, and the pairs
 * within a chunk are evaluated one by one, in the sweep up. Memory is O(C).
 */
final class MergeKernel implements RowKernel {
  private static final int LEAF = 64;
  private static final int CHUNK = 64;

  private final Agreement agreement;
  private final ExponentialSeries series;
  private final double[] fadeWeights;
  private final PairwiseKernel leaves;
  private final PairBuffers pairs = new PairBuffers();
  private final Side left;
  private final Side right;
  private final Moments ofLeft;
  private final Moments ofRight;
  private final ExponentialScale student;
  private final ExponentialScale teacher;
  private final double[] fade;
  private final long[] keys;
  private final int[] placeOfRank;
  private final int[] ranks;
  private final int[] merged;
  private final int[] cuts;
  private final float[] chunkStudent = new float[CHUNK];
  private final float[] chunkTeacher = new float[CHUNK];
  private OrderedRow row;

  /**
   * @param separation the agreement's
   */
  MergeKernel(Agreement agreement, Separation separation, int classes) {
    this.agreement = agreement;
    series = separation.series();
    fadeWeights = new double[separation.fades() ? series.terms() + 1 : 1];
    fadeWeights[0] = 1;
    for (int m = 1; m < fadeWeights.length; m++) {
      fadeWeights[m] = -series.weight(m);
    }
    leaves = new PairwiseKernel(agreement);
    left = new Side(CHUNK, fadeWeights.length - 1);
    right = new Side(CHUNK, fadeWeights.length - 1);
    ofLeft = new Moments(series, fadeWeights, CHUNK);
    ofRight = new Moments(series, fadeWeights, CHUNK);
    student = new ExponentialScale(classes);
    teacher = new ExponentialScale(classes);
    fade = new double[classes];
    keys = new long[classes];
    placeOfRank = new int[classes];
    ranks = new int[classes];
    merged = new int[classes];
    cuts = new int[classes + 1];
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
      if (fadeWeights.length > 1) {
        teacher.put(i, row.teacher[i]);
      }
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
    int middle = split(low, high);
    double sum = solve(low, middle) + solve(middle, high);
    merge(low, middle, high);
    if (fadeWeights.length > 1) {
      fades(low, middle, high);
    }
    int chunks = cut(low, high);
    return sum + sweep(middle, chunks, true) + sweep(middle, chunks, false);
  }

  /** A place near the middle whose teacher logit is below that of the place before it. */
  private int split(int low, int high) {
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

  /** e^(−r·k·|t − split|) of every place: at most 1 on both sides. */
  private void fades(int low, int middle, int high) {
    double at = row.teacher[middle];
    double window = Double.NaN;
    double shift = 0;
    for (int place = low; place < high; place++) {
      if (teacher.window[place] != window) {
        window = teacher.window[place];
        shift = teacher.fromMiddle(window, at);
      }
      fade[place] = place < middle ? shift * teacher.falling[place] : teacher.rising[place] / shift;
    }
  }

  /** Cuts the merged order into chunks, each within one window; returns how many. */
  private int cut(int low, int high) {
    int chunks = 0;
    int begin = low;
    while (begin < high) {
      cuts[chunks++] = begin;
      double window = student.window[ranks[begin]];
      int limit = Math.min(high, begin + CHUNK);
      begin++;
      while (begin < limit && student.window[ranks[begin]] == window) {
        begin++;
      }
    }
    cuts[chunks] = high;
    return chunks;
  }

  private double sweep(int middle, int chunks, boolean up) {
    ofLeft.clear();
    ofRight.clear();
    double sum = 0;
    double rate = series.rate();
    double window = Double.NaN;
    for (int i = 0; i < chunks; i++) {
      int chunk = up ? i : chunks - 1 - i;
      gather(cuts[chunk], cuts[chunk + 1], middle);
      double here = student.window[ranks[cuts[chunk]]];
      if (i > 0 && here != window) {
        double decay = ExponentialScale.between(window, here);
        ofLeft.decay(decay);
        ofRight.decay(decay);
      }
      window = here;
      double[] shrinking = up ? left.falling : left.rising;
      ofRight.addSlopes(left, shrinking);
      double value = ofRight.value(left, shrinking);
      sum += up ? value : -value;
      ofLeft.addSlopes(right, up ? right.falling : right.rising);
      for (int e = 0; e < left.size; e++) {
        row.gradient[left.place[e]] += rate * left.slope[e];
      }
      for (int e = 0; e < right.size; e++) {
        row.gradient[right.place[e]] -= rate * right.slope[e];
      }
      if (up) {
        sum += within();
      }
      ofLeft.add(left, up ? left.rising : left.falling);
      ofRight.add(right, up ? right.rising : right.falling);
    }
    return sum;
  }

  private void gather(int begin, int end, int middle) {
    left.clear();
    right.clear();
    for (int i = begin; i < end; i++) {
      int rank = ranks[i];
      int place = placeOfRank[rank];
      Side side = place < middle ? left : right;
      side.add(place, student.rising[rank], student.falling[rank]);
    }
    left.fade(fade);
    right.fade(fade);
  }

  /** The pairs of the chunk's two sides, one by one. */
  private double within() {
    int size = left.size + right.size;
    for (int e = 0; e < size; e++) {
      int place = e < left.size ? left.place[e] : right.place[e - left.size];
      chunkStudent[e] = row.student[place];
      chunkTeacher[e] = row.teacher[place];
    }
    int length = right.size;
    double sum = 0;
    for (int i = 0; i < left.size; i++) {
      agreement.evaluate(chunkStudent, chunkTeacher, i, left.size, length, pairs);
      double slope = 0;
      for (int j = 0; j < length; j++) {
        sum += pairs.agreement[j];
        slope += pairs.slope[j];
        row.gradient[right.place[j]] -= pairs.slope[j];
      }
      row.gradient[left.place[i]] += slope;
    }
    return sum;
  }
}
