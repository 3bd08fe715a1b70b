package io.taustream.student.loss;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * What is known of the n logits r outside the k of a top-k label: the log-sum-exp ℓ(β) = log Σ
 * exp(β·rⱼ) at the stored β = 1 / T, and ℓ(0) = log n.
 *
 * <p>ℓ is convex, so that the chords between known points lie above it: {@link #at} is their
 * maximum, exact at the known points, too large between them, too small beyond the largest β, where
 * it goes on along the last chord. Near 0, ℓ(β) = log n + β·μ + β²·v/2 + O(β³) with mean μ and
 * variance v: {@link #mean} and {@link #variance} solve this at the two smallest stored β (with one
 * stored, v is 0). With n = 1 all of it is exact: ℓ(β) = β·r, μ = r, v = 0.
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
   * @param temperatures T of each column
   * @param logits of the k, B × k: the mean and the variance have their data type
   * @param classes C
   */
  static RestMass of(NDArray logSumExp, double[] temperatures, NDArray logits, long classes) {
    // Differences of numbers that lie close together, divided by small β: double precision.
    NDArray wide = logSumExp.toType(DataType.FLOAT64, false);
    long rows = wide.getShape().get(0);
    double logCount = Math.log((double) (classes - logits.getShape().get(1)));
    int[] columns =
        IntStream.range(0, temperatures.length)
            .boxed()
            .sorted(Comparator.comparingDouble((Integer i) -> temperatures[i]).reversed())
            .mapToInt(Integer::intValue)
            .toArray();
    NDList slopes = new NDList();
    NDList intercepts = new NDList();
    NDArray before = wide.getManager().full(new Shape(rows, 1), 0f, DataType.FLOAT64);
    before = before.add(Constant.of(wide, logCount));
    double betaBefore = 0;
    for (int column : columns) {
      double beta = 1 / temperatures[column];
      NDArray value = wide.get(":, " + column + ":" + (column + 1));
      NDArray slope = value.sub(before).div(Constant.of(wide, beta - betaBefore));
      slopes.add(slope);
      intercepts.add(before.sub(slope.mul(Constant.of(wide, betaBefore))));
      before = value;
      betaBefore = beta;
    }
    NDArray mean = slopes.get(0);
    NDArray variance = mean.zerosLike();
    if (columns.length > 1) {
      double first = 1 / temperatures[columns[0]];
      double second = 1 / temperatures[columns[1]];
      // The second derivative of the parabola through ℓ(0), ℓ(first) and ℓ(second).
      variance =
          slopes
              .get(1)
              .sub(slopes.get(0))
              .mul(Constant.of(wide, 2 / second))
              .maximum(Constant.of(wide, 0));
      mean = mean.sub(variance.mul(Constant.of(wide, first / 2)));
    }
    DataType type = logits.getDataType();
    return new RestMass(
        NDArrays.concat(intercepts, 1),
        NDArrays.concat(slopes, 1),
        mean.toType(type, false),
        variance.toType(type, false));
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

  /** μ, B × 1. */
  NDArray mean() {
    return mean;
  }

  /** v, B × 1, zero or above. */
  NDArray variance() {
    return variance;
  }
}
