package io.taustream.student.loss;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

/**
 * What is known of the n logits r outside the k of a batch's top-k labels: their mean μ and
 * variance v, as they are stored, and the log-sum-exp ℓ(β) = log Σ exp(β·rⱼ) by {@link RestChords}.
 */
final class RestMass {
  private final NDArray intercepts;
  private final NDArray slopes;
  private final NDArray mean;
  private final NDArray variance;

  private RestMass(NDArray intercepts, NDArray slopes, NDArray mean, NDArray variance) {
    this.intercepts = intercepts;
    this.slopes = slopes;
    this.mean = mean;
    this.variance = variance;
  }

  /**
   * @param logSumExp ℓ(1 / T), B × m
   * @param moments μ and v, B × 2
   * @param temperatures T of each column of {@code logSumExp}
   * @param count n
   */
  static RestMass of(NDArray logSumExp, NDArray moments, double[] temperatures, long count) {
    RestChords chords = new RestChords(temperatures, count);
    // B·m numbers, outside libtorch: the differences of numbers close together, divided by small β.
    double[] known = wide(logSumExp).toDoubleArray();
    int rows = Math.toIntExact(logSumExp.getShape().get(0));
    double[] intercepts = new double[known.length];
    double[] slopes = new double[known.length];
    for (int row = 0; row < rows; row++) {
      int from = row * chords.lines();
      chords.lines(column -> known[from + column], intercepts, slopes, from);
    }
    NDManager manager = logSumExp.getManager();
    Shape shape = new Shape(rows, chords.lines());
    return new RestMass(
        manager.create(intercepts, shape),
        manager.create(slopes, shape),
        wide(moments.get(":, 0:1")),
        wide(moments.get(":, 1:2")));
  }

  private static NDArray wide(NDArray x) {
    return x.toType(DataType.FLOAT64, false);
  }

  /**
   * ℓ(β); gradients flow through to β.
   *
   * @param beta a scalar or B × 1, zero or above
   * @return B × 1 of β's data type
   */
  NDArray at(NDArray beta) {
    DataType type = beta.getDataType();
    return intercepts
        .toType(type, false)
        .add(slopes.toType(type, false).mul(beta))
        .max(new int[] {1}, true);
  }

  /**
   * What is known of the logits r − c.
   *
   * @param centre c, B × 1, float64
   */
  RestMass about(NDArray centre) {
    return new RestMass(intercepts, slopes.sub(centre), mean.sub(centre), variance);
  }

  /** μ, B × 1, float64. */
  NDArray mean() {
    return mean;
  }

  /** v, B × 1, float64, zero or above. */
  NDArray variance() {
    return variance;
  }
}
