package io.taustream.student.ranking;

/**
 * Powers e^(±n·q·x), n = 1 … N, of many numbers x without overflow: the axis is divided into
 * windows, and each number is measured from the middle of its own. The windows are so wide that the
 * N-th power is within e^±{@value #LARGEST}, and a product of two of them within a double's range.
 */
final class ExponentialScale {
  // A double ends at e^709. Two powers and a sum of 10⁹ terms with weights below 10⁴ come to e^606.
  private static final double LARGEST = 288;

  /** e^(q·(x − middle)). */
  final double[] rising;

  /** e^(−q·(x − middle)). */
  final double[] falling;

  /** The number of the window, a whole one. */
  final double[] window;

  private final double width;
  private double rate;
  private double origin;

  /**
   * @param terms N, the highest power that is taken
   */
  ExponentialScale(int capacity, int terms) {
    width = 2 * LARGEST / terms;
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
    double number = Math.floor(distance / width);
    double exponential = Math.exp(distance - (number + 0.5) * width);
    window[index] = number;
    rising[index] = exponential;
    falling[index] = 1 / exponential;
  }

  /** e^(−q·(x − y)) for the middle x of a window and a number y. */
  double fromMiddle(double number, double y) {
    return Math.exp(rate * (y - origin) - (number + 0.5) * width);
  }

  /** e^(−q·distance) between the middles of two windows. */
  double between(double number, double other) {
    return Math.exp(-width * Math.abs(number - other));
  }
}
