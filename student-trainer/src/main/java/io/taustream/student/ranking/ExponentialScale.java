package io.taustream.student.ranking;

/**
 * e^(±q·x) of many numbers x without overflow: the axis is divided into windows of {@value #WIDTH}
 * / q, and each number is measured from the middle of its own. The ninth power of such an
 * exponential is within e^±288.
 */
final class ExponentialScale {
  private static final double WIDTH = 64;

  /** e^(q·(x − middle)). */
  final double[] rising;

  /** e^(−q·(x − middle)). */
  final double[] falling;

  /** The number of the window, a whole one. */
  final double[] window;

  private double rate;
  private double origin;

  ExponentialScale(int capacity) {
    rising = new double[capacity];
    falling = new double[capacity];
    window = new double[capacity];
  }

  /**
   * Sets where the windows begin.
   *
   * @param rate q
   * @param least of the numbers
   */
  void begin(double rate, double least) {
    this.rate = rate;
    this.origin = least;
  }

  void put(int index, double x) {
    double distance = rate * (x - origin);
    double number = Math.floor(distance / WIDTH);
    double exponential = Math.exp(distance - (number + 0.5) * WIDTH);
    window[index] = number;
    rising[index] = exponential;
    falling[index] = 1 / exponential;
  }

  /** e^(−q·(x − y)) for the middle x of a window and a number y. */
  double fromMiddle(double number, double y) {
    return Math.exp(rate * (y - origin) - (number + 0.5) * WIDTH);
  }

  /** e^(−q·distance) between the middles of two windows. */
  static double between(double number, double other) {
    return Math.exp(-WIDTH * Math.abs(number - other));
  }
}
