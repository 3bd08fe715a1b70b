package io.taustream.teacher;

/**
 * Resizes square RGB images of bytes with a triangle filter (bilinear), which is widened by the
 * scale when an image shrinks, so that no pixel is left out. Pixel centres lie at halves; the image
 * ends at its border. The horizontal pass comes first and is rounded to bytes. This is the method
 * of Pillow's {@code BILINEAR}, with which most published networks were trained. All arithmetic on
 * pixels is in fixed point: the result is the same on every machine. Not thread-safe.
 */
final class PixelResizer {
  private static final int CHANNELS = 3;
  private static final int FRACTION_BITS = 22;
  private static final int HALF = 1 << (FRACTION_BITS - 1);

  private final int from;
  private final int to;
  private final int taps;
  private final int[] first;
  private final int[] weights;
  private final byte[] rows;

  /**
   * @param from width and height of the images that come
   * @param to width and height of the images that are wanted
   */
  PixelResizer(int from, int to) {
    this.from = from;
    this.to = to;
    double scale = (double) from / to;
    double support = Math.max(1, scale);
    this.taps = (int) Math.ceil(support) * 2 + 1;
    this.first = new int[to];
    this.weights = new int[to * taps];
    this.rows = new byte[from * to * CHANNELS];
    double[] exact = new double[taps];
    for (int i = 0; i < to; i++) {
      double centre = (i + 0.5) * scale;
      int begin = Math.max(0, (int) (centre - support + 0.5));
      int end = Math.min(from, (int) (centre + support + 0.5));
      double sum = 0;
      for (int k = 0; k < end - begin; k++) {
        exact[k] = Math.max(0, 1 - Math.abs((begin + k + 0.5 - centre) / support));
        sum += exact[k];
      }
      first[i] = begin;
      for (int k = 0; k < end - begin; k++) {
        weights[i * taps + k] = (int) (exact[k] / sum * (1 << FRACTION_BITS) + 0.5);
      }
    }
  }

  /** The width and height of the images that it takes. */
  int from() {
    return from;
  }

  /**
   * Resizes one image.
   *
   * @param source {@code from × from × 3}
   * @param target {@code to × to × 3}
   */
  void resize(byte[] source, byte[] target) {
    for (int y = 0; y < from; y++) {
      for (int x = 0; x < to; x++) {
        pass(source, (y * from + first[x]) * CHANNELS, CHANNELS, x, rows, (y * to + x) * CHANNELS);
      }
    }
    for (int y = 0; y < to; y++) {
      for (int x = 0; x < to; x++) {
        pass(
            rows,
            (first[y] * to + x) * CHANNELS,
            to * CHANNELS,
            y,
            target,
            (y * to + x) * CHANNELS);
      }
    }
  }

  /** One target pixel of one pass: the weighted sum of source pixels {@code stride} bytes apart. */
  private void pass(byte[] source, int begin, int stride, int target, byte[] out, int at) {
    int count = Math.min(taps, from - first[target]);
    int red = HALF;
    int green = HALF;
    int blue = HALF;
    for (int k = 0, s = begin; k < count; k++, s += stride) {
      int weight = weights[target * taps + k];
      red += weight * (source[s] & 0xff);
      green += weight * (source[s + 1] & 0xff);
      blue += weight * (source[s + 2] & 0xff);
    }
    out[at] = clamp(red);
    out[at + 1] = clamp(green);
    out[at + 2] = clamp(blue);
  }

  private static byte clamp(int sum) {
    return (byte) Math.min(255, sum >> FRACTION_BITS);
  }
}
