package io.taustream.student.diagnose;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Groups of neighbouring ranks that gradients are summed over. Rank 1 is the channel of the
 * teacher's largest logit; of equal logits the lower class ranks first. Group g holds the ranks
 * after {@code ends[g − 1]} (after 0 for the first) up to and with {@code ends[g]}; the last end is
 * C. Immutable.
 *
 * @param ends rising, from 1 to C
 */
public record RankGroups(List<Integer> ends) {
  /** Up to so many classes every rank stands for itself. */
  static final int MOST_SINGLE = 20;

  public RankGroups {
    ends = List.copyOf(ends);
    int before = 0;
    for (int end : ends) {
      if (end <= before) {
        throw new IllegalArgumentException("ends " + ends + " do not rise from 1");
      }
      before = end;
    }
    if (ends.isEmpty()) {
      throw new IllegalArgumentException("there is no group");
    }
  }

  /**
   * Each rank by itself up to 20 classes. Beyond, the ranks 1, 2, 3, 4–5, 6–10, 11–20, 21–50,
   * 51–100, 101–200, … (the series 1, 2, 5), the last group cut off at C: 8 groups for 100 classes,
   * 11 for 1,000, 16 for 21,841.
   */
  public static RankGroups of(int classes) {
    List<Integer> ends = new ArrayList<>();
    if (classes <= MOST_SINGLE) {
      for (int rank = 1; rank <= classes; rank++) {
        ends.add(rank);
      }
      return new RankGroups(ends);
    }
    ends.addAll(List.of(1, 2, 3));
    int[] series = {5, 10, 20};
    for (long scale = 1; ends.get(ends.size() - 1) < classes; scale *= 10) {
      for (int end : series) {
        if (ends.get(ends.size() - 1) < classes) {
          ends.add((int) Math.min(classes, end * scale));
        }
      }
    }
    return new RankGroups(ends);
  }

  /**
   * The same where only the first ranks are known: those behind them are one group.
   *
   * @param ranked at least 1
   */
  static RankGroups of(int classes, int ranked) {
    if (ranked >= classes) {
      return of(classes);
    }
    List<Integer> ends = new ArrayList<>(of(ranked).ends());
    ends.add(classes);
    return new RankGroups(ends);
  }

  /** C. */
  public int classes() {
    return ends.get(ends.size() - 1);
  }

  /**
   * The group of every channel.
   *
   * @param teacher logits, rows of C
   * @return for each logit the group of its rank in its row
   */
  int[] groups(float[] teacher) {
    int classes = classes();
    int[] groups = new int[teacher.length];
    long[] order = new long[classes];
    for (int row = 0; row < teacher.length; row += classes) {
      for (int c = 0; c < classes; c++) {
        order[c] = ((long) falling(teacher[row + c]) << Integer.SIZE) | c;
      }
      Arrays.sort(order);
      int group = 0;
      for (int rank = 1; rank <= classes; rank++) {
        group += rank > ends.get(group) ? 1 : 0;
        groups[row + (int) order[rank - 1]] = group;
      }
    }
    return groups;
  }

  /** An int that falls where the float rises. */
  private static int falling(float value) {
    // Adding zero turns -0 into 0.
    int bits = Float.floatToIntBits(value + 0f);
    return ~(bits ^ ((bits >> 31) & Integer.MAX_VALUE));
  }
}
