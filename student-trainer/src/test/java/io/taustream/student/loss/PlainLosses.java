package io.taustream.student.loss;

import java.util.Arrays;
import java.util.function.ToDoubleFunction;

/**
 * Losses written down once more, as the papers have them, in plain double-precision Java: sums over
 * indices, matrices in full, no tensor.
 */
final class PlainLosses {
  private PlainLosses() {}

  /** Row by row: (x − mean) / (unbiased deviation + 1e-7). */
  static double[][] standardized(double[][] x) {
    return Arrays.stream(x)
        .map(
            row -> {
              double mean = Arrays.stream(row).average().orElseThrow();
              double squares = Arrays.stream(row).map(v -> (v - mean) * (v - mean)).sum();
              double deviation = Math.sqrt(squares / (row.length - 1));
              return Arrays.stream(row).map(v -> (v - mean) / (deviation + 1e-7)).toArray();
            })
        .toArray(double[][]::new);
  }

  static double[] softmax(double[] x, double temperature) {
    double largest = Arrays.stream(x).max().orElseThrow();
    double[] powers = Arrays.stream(x).map(v -> Math.exp((v - largest) / temperature)).toArray();
    double sum = Arrays.stream(powers).sum();
    return Arrays.stream(powers).map(v -> v / sum).toArray();
  }

  static double kl(double[][] s, double[][] t, double temperature) {
    double sum = 0;
    for (int b = 0; b < s.length; b++) {
      sum += divergence(softmax(t[b], temperature), softmax(s[b], temperature));
    }
    return temperature * temperature * sum / s.length;
  }

  private static double divergence(double[] p, double[] q) {
    double sum = 0;
    for (int c = 0; c < p.length; c++) {
      sum += p[c] * Math.log(p[c] / q[c]);
    }
    return sum;
  }

  static double dkd(
      double[][] s, double[][] t, long[] y, double alpha, double beta, double temperature) {
    double sum = 0;
    for (int b = 0; b < s.length; b++) {
      int label = (int) y[b];
      double[] p = softmax(t[b], temperature);
      double[] q = softmax(s[b], temperature);
      double target =
          divergence(new double[] {p[label], 1 - p[label]}, new double[] {q[label], 1 - q[label]});
      double others =
          divergence(
              softmax(without(t[b], label), temperature),
              softmax(without(s[b], label), temperature));
      sum += alpha * target + beta * others;
    }
    return temperature * temperature * sum / s.length;
  }

  private static double[] without(double[] x, int index) {
    double[] rest = new double[x.length - 1];
    System.arraycopy(x, 0, rest, 0, index);
    System.arraycopy(x, index + 1, rest, index, rest.length - index);
    return rest;
  }

  static double multiLevel(double[][] s, double[][] t, double[] temperatures, boolean standardize) {
    double sum = 0;
    for (double temperature : temperatures) {
      double[][] q = Arrays.stream(s).map(x -> softmax(x, temperature)).toArray(double[][]::new);
      double[][] p = Arrays.stream(t).map(x -> softmax(x, temperature)).toArray(double[][]::new);
      sum +=
          standardize ? kl(standardized(s), standardized(t), temperature) : kl(s, t, temperature);
      sum += distance(products(q), products(p)) / s.length;
      sum += distance(products(transposed(q)), products(transposed(p))) / s[0].length;
    }
    return sum;
  }

  /** x·xᵀ. */
  private static double[][] products(double[][] x) {
    double[][] products = new double[x.length][x.length];
    for (int i = 0; i < x.length; i++) {
      for (int j = 0; j < x.length; j++) {
        for (int k = 0; k < x[0].length; k++) {
          products[i][j] += x[i][k] * x[j][k];
        }
      }
    }
    return products;
  }

  private static double[][] transposed(double[][] x) {
    double[][] transposed = new double[x[0].length][x.length];
    for (int i = 0; i < x.length; i++) {
      for (int j = 0; j < x[0].length; j++) {
        transposed[j][i] = x[i][j];
      }
    }
    return transposed;
  }

  /** The sum of squared differences. */
  private static double distance(double[][] x, double[][] y) {
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      for (int j = 0; j < x[0].length; j++) {
        sum += (x[i][j] - y[i][j]) * (x[i][j] - y[i][j]);
      }
    }
    return sum;
  }

  /** At θ, with the gradient to θ not reversed. */
  static double curriculum(double[][] s, double[][] t, double theta, double start, double range) {
    return kl(s, t, start + range / (1 + Math.exp(-theta)));
  }

  /** The gradient of a function by central differences of the sixth order. */
  static double[] gradient(ToDoubleFunction<double[]> function, double[] at) {
    double h = 5e-3;
    double[] gradient = new double[at.length];
    for (int i = 0; i < at.length; i++) {
      gradient[i] =
          (45 * slope(function, at, i, h)
                  - 9 * slope(function, at, i, 2 * h)
                  + slope(function, at, i, 3 * h))
              / (60 * h);
    }
    return gradient;
  }

  /** f(x + h) − f(x − h) along one axis. */
  private static double slope(
      ToDoubleFunction<double[]> function, double[] at, int axis, double h) {
    double[] above = at.clone();
    double[] below = at.clone();
    above[axis] += h;
    below[axis] -= h;
    return function.applyAsDouble(above) - function.applyAsDouble(below);
  }

  /** Row major to rows. */
  static double[][] rows(double[] values, int classes) {
    double[][] rows = new double[values.length / classes][];
    for (int b = 0; b < rows.length; b++) {
      rows[b] = Arrays.copyOfRange(values, b * classes, (b + 1) * classes);
    }
    return rows;
  }
}
