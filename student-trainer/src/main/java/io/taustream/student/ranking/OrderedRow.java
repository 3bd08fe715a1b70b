package io.taustream.student.ranking;

import java.util.Arrays;

/**
 * One sample's channels in falling order of the teacher's logits, so that the teacher's sign is +1
 * for every pair but ties, and ties lie together. Filled anew for each row; not thread-safe.
 */
final class OrderedRow {
  /** s in that order. */
  final float[] student;

  /** t, falling. */
  final float[] teacher;

  /** For each place, the first place behind it that the teacher does not tie with it. */
  final int[] tieEnd;

  /** Σⱼ ∂a(i, j)/∂sᵢ / k, in that order: what the kernels add to. */
  final double[] gradient;

  private final long[] keys;
  private final KeySort sort;
  private final int classes;

  OrderedRow(int classes) {
    this.classes = classes;
    student = new float[classes];
    teacher = new float[classes];
    tieEnd = new int[classes];
    gradient = new double[classes];
    keys = new long[classes];
    sort = new KeySort(classes);
  }

  int classes() {
    return classes;
  }

  /** Takes the row that begins at {@code offset}; the gradient becomes zero. */
  void load(float[] s, float[] t, int offset) {
    for (int i = 0; i < classes; i++) {
      keys[i] = (long) ~sortable(t[offset + i]) << 32 | i;
    }
    sort.sort(keys);
    for (int place = 0; place < classes; place++) {
      int channel = channel(place);
      student[place] = s[offset + channel];
      teacher[place] = t[offset + channel];
    }
    int end = classes;
    for (int place = classes - 1; place >= 0; place--) {
      if (place + 1 < classes && teacher[place] != teacher[place + 1]) {
        end = place + 1;
      }
      tieEnd[place] = end;
    }
    Arrays.fill(gradient, 0);
  }

  /** Writes the gradient times {@code scale} back in the channels' own order. */
  void storeGradient(double scale, float[] target, int offset) {
    for (int place = 0; place < classes; place++) {
      target[offset + channel(place)] = (float) (scale * gradient[place]);
    }
  }

  /** An integer in whose order the numbers are. */
  static int sortable(float x) {
    // Adding zero makes −0 a 0: the two are equal and their bits are not.
    int bits = Float.floatToIntBits(x + 0f);
    return bits ^ (bits >> 31 & Integer.MAX_VALUE);
  }

  private int channel(int place) {
    return (int) keys[place];
  }
}
