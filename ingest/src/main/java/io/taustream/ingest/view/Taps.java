package io.taustream.ingest.view;

/**
 * Along one axis: which source pixels make each target pixel, and with what weights.
 *
 * @param first for each target pixel its first source pixel
 * @param count for each target pixel how many source pixels follow each other
 * @param weights {@code stride} places for each target pixel, fixed point with {@link #FRACTION}
 *     bits
 */
@SuppressWarnings("ArrayRecordComponent") // read in inner loops, never compared
record Taps(int[] first, int[] count, int[] weights, int stride) {
  /** Bits behind the binary point: a weighted sum of 8-bit pixels still fits 32 bits. */
  static final int FRACTION = 22;

  /**
   * A triangle filter as wide as one source pixel where the axis grows, as one target pixel where
   * it shrinks: bilinear interpolation without aliasing.
   *
   * @param from length of the source axis in pixels
   * @param to length that it is scaled to
   * @param start first target pixel that is wanted
   * @param length how many target pixels are wanted
   */
  static Taps triangle(int from, int to, int start, int length) {
    double scale = (double) from / to;
    double support = Math.max(1, scale);
    int stride = (int) Math.ceil(support) * 2 + 1;
    int[] first = new int[length];
    int[] count = new int[length];
    int[] weights = new int[length * stride];
    double[] raw = new double[stride];
    for (int i = 0; i < length; i++) {
      double centre = (start + i + 0.5) * scale;
      int low = Math.max(0, (int) (centre - support + 0.5));
      int high = Math.min(from, (int) (centre + support + 0.5));
      double sum = 0;
      for (int j = low; j < high; j++) {
        raw[j - low] = Math.max(0, 1 - Math.abs((j - centre + 0.5) * (1 / support)));
        sum += raw[j - low];
      }
      for (int j = 0; j < high - low; j++) {
        weights[i * stride + j] = (int) (0.5 + raw[j] / sum * (1 << FRACTION));
      }
      first[i] = low;
      count[i] = high - low;
    }
    return new Taps(first, count, weights, stride);
  }

  /** The first source pixel that any target pixel needs. */
  int low() {
    return first[0];
  }

  /** One past the last source pixel that any target pixel needs. */
  int high() {
    int last = first.length - 1;
    return first[last] + count[last];
  }
}
