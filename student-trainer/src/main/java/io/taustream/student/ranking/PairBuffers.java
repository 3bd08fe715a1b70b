package io.taustream.student.ranking;

/**
 * Pairs that are evaluated together: runs (i, j), (i, j + 1), … of one channel i after another.
 * Small enough to stay in the first-level cache.
 */
final class PairBuffers {
  /** Pairs at most. */
  static final int CAPACITY = 512;

  /** a(i, j). */
  final float[] agreement = new float[CAPACITY];

  /** ∂a(i, j)/∂sᵢ / k. */
  final float[] slope = new float[CAPACITY];

  /** What the agreements keep of the teacher. */
  final float[] weight = new float[CAPACITY];

  /** What the curve is taken of. */
  final float[] argument = new float[CAPACITY];

  /** Adds the terms from {@code at} on to the sums from {@code offset} on. */
  static void add(float[] terms, int at, int length, float[] sums, int offset) {
    for (int j = 0; j < length; j++) {
      sums[offset + j] += terms[at + j];
    }
  }

  /** The sum in eight strands, which do not wait for one another. */
  static double sum(float[] x, int at, int length) {
    float a = 0;
    float b = 0;
    float c = 0;
    float d = 0;
    float e = 0;
    float f = 0;
    float g = 0;
    float h = 0;
    int end = at + length;
    int j = at;
    for (; j < end - 7; j += 8) {
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
    for (; j < end; j++) {
      rest += x[j];
    }
    return rest + ((double) a + b) + ((double) c + d) + ((double) e + f) + ((double) g + h);
  }
}
