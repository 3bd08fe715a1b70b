package io.taustream.student.evaluate;

/**
 * The expected calibration error over 15 bins of equal width (Guo et al., arXiv 1706.04599): Σ
 * (n_bin / n) · |accuracy − mean confidence|, the confidence being the largest softmax probability.
 * A bin holds its upper edge.
 */
final class Calibration {
  private static final int BINS = 15;

  private final long[] count = new long[BINS];
  private final long[] correct = new long[BINS];
  private final double[] confidence = new double[BINS];

  void add(double confidence, boolean correct) {
    int bin = Math.max(0, Math.min(BINS, (int) Math.ceil(confidence * BINS)) - 1);
    count[bin]++;
    this.correct[bin] += correct ? 1 : 0;
    this.confidence[bin] += confidence;
  }

  /** The error, in [0, 1], over {@code n} samples added. */
  double error(long n) {
    double error = 0;
    for (int bin = 0; bin < BINS; bin++) {
      error += Math.abs((double) correct[bin] - confidence[bin]);
    }
    return error / (double) n;
  }
}
