package io.taustream.student.loss;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Top-k labels of a batch of dense logits, as the label store would keep them but for the rounding
 * of the k to float16, which a test may do before; what is known of the rest is rounded to float32.
 */
// Array: made once for a test and compared with nothing.
@SuppressWarnings("ArrayRecordComponent")
record TopKTeacher(int classes, int k, double[] logits) {
  static final double[] TEMPERATURES = {1, 2, 4, 8};

  int rows() {
    return logits.length / classes;
  }

  double[] row(int row) {
    return Arrays.copyOfRange(logits, row * classes, (row + 1) * classes);
  }

  /** The k classes of a row by falling logit, ties by rising class; behind them the others. */
  int[] order(int row) {
    double[] t = row(row);
    return IntStream.range(0, classes)
        .boxed()
        .sorted(Comparator.comparingDouble((Integer c) -> -t[c]))
        .mapToInt(Integer::intValue)
        .toArray();
  }

  /** log Σ exp(β·r) over the others. */
  double rest(int row, double beta) {
    double[] t = row(row);
    int[] order = order(row);
    double largest = t[order[k]] * beta;
    double sum = 0;
    for (int i = k; i < classes; i++) {
      sum += Math.exp(t[order[i]] * beta - largest);
    }
    return largest + Math.log(sum);
  }

  /** The mean and the variance of the others, as a label knows them. */
  double[] restMoments(int row) {
    double[] t = row(row);
    double[] rest = Arrays.stream(order(row)).skip(k).mapToDouble(c -> t[c]).toArray();
    double mean = Arrays.stream(rest).average().orElseThrow();
    double variance = Arrays.stream(rest).map(x -> (x - mean) * (x - mean)).average().orElseThrow();
    return new double[] {(float) mean, (float) Math.min(Float.MAX_VALUE, variance)};
  }

  /** ℓ(β) as a label knows it: chords between what is stored. */
  double storedRest(int row, double beta) {
    double most = Double.NEGATIVE_INFINITY;
    double x0 = 0;
    double y0 = Math.log(classes - k);
    for (int i = TEMPERATURES.length - 1; i >= 0; i--) {
      double x1 = 1 / TEMPERATURES[i];
      double y1 = (float) rest(row, x1);
      most = Math.max(most, y0 + (beta - x0) * (y1 - y0) / (x1 - x0));
      x0 = x1;
      y0 = y1;
    }
    return most;
  }

  TeacherLogits tensors(NDManager manager, DataType type) {
    int m = TEMPERATURES.length;
    int[] indices = new int[rows() * k];
    double[] top = new double[rows() * k];
    float[] rest = new float[rows() * m];
    float[] moments = new float[rows() * 2];
    for (int row = 0; row < rows(); row++) {
      int[] order = order(row);
      for (int i = 0; i < k; i++) {
        indices[row * k + i] = order[i];
        top[row * k + i] = row(row)[order[i]];
      }
      for (int i = 0; i < m; i++) {
        rest[row * m + i] = (float) rest(row, 1 / TEMPERATURES[i]);
      }
      moments[2 * row] = (float) restMoments(row)[0];
      moments[2 * row + 1] = (float) restMoments(row)[1];
    }
    return TeacherLogits.topK(
        manager.create(indices, new Shape(rows(), k)),
        manager.create(top, new Shape(rows(), k)).toType(type, true),
        manager.create(rest, new Shape(rows(), m)),
        manager.create(moments, new Shape(rows(), 2)),
        TEMPERATURES,
        classes);
  }
}
