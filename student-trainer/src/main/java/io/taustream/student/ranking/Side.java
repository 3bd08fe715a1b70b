package io.taustream.student.ranking;

import java.util.Arrays;

/**
 * The channels of a chunk that lie in one half of a merge, copied together so that the loops over
 * them are plain loops over arrays.
 */
final class Side {
  /** Where each channel has its place in the {@link OrderedRow}. */
  final int[] place;

  /** e^(r·k·(s − reference)). */
  final double[] rising;

  /** e^(−r·k·(s − reference)). */
  final double[] falling;

  /** The m-th power of what the teacher's difference to the split leaves, for each m from 0. */
  final double[][] fade;

  /** Σ of slopes against the other half. */
  final double[] slope;

  int size;

  Side(int capacity, int fadeTerms) {
    place = new int[capacity];
    rising = new double[capacity];
    falling = new double[capacity];
    fade = new double[fadeTerms + 1][capacity];
    slope = new double[capacity];
    Arrays.fill(fade[0], 1);
  }

  void clear() {
    size = 0;
  }

  void add(int at, double up, double down) {
    place[size] = at;
    rising[size] = up;
    falling[size] = down;
    slope[size] = 0;
    size++;
  }

  /** Sets the powers of the fades, which are given by place. */
  void fade(double[] byPlace) {
    if (fade.length == 1) {
      return;
    }
    double[] first = fade[1];
    for (int e = 0; e < size; e++) {
      first[e] = byPlace[place[e]];
    }
    for (int m = 2; m < fade.length; m++) {
      double[] before = fade[m - 1];
      double[] power = fade[m];
      for (int e = 0; e < size; e++) {
        power[e] = before[e] * first[e];
      }
    }
  }
}
