package io.taustream.student.loss;

import java.util.Arrays;

/**
 * The losses of top-k labels written down once more in plain double-precision Java, from a {@link
 * TopKTeacher}: what docs/losses.md says of each, row by row, with sums over indices.
 */
final class PlainTopK {
  private final TopKTeacher teacher;
  private final int classes;
  private final int k;
  private final int n;

  PlainTopK(TopKTeacher teacher) {
    this.teacher = teacher;
    this.classes = teacher.classes();
    this.k = teacher.k();
    this.n = classes - k;
  }

  /** Probabilities of the k classes in the teacher's order, then of all others together. */
  private double[] teacherEvents(int row, double temperature, boolean standardize) {
    double[] t = teacher.row(row);
    int[] order = teacher.order(row);
    double mean = 0;
    double divisor = 1;
    if (standardize) {
      double mu = teacher.restMoments(row)[0];
      double v = teacher.restMoments(row)[1];
      for (int i = 0; i < k; i++) {
        mean += t[order[i]] / classes;
      }
      mean += n * mu / classes;
      double squares = n * (v + (mu - mean) * (mu - mean));
      for (int i = 0; i < k; i++) {
        squares += Math.pow(t[order[i]] - mean, 2);
      }
      divisor = Math.sqrt(squares / (classes - 1)) + 1e-7;
    }
    double beta = 1 / (divisor * temperature);
    double[] events = new double[k + 1];
    for (int i = 0; i < k; i++) {
      events[i] = (t[order[i]] - mean) * beta;
    }
    events[k] = teacher.storedRest(row, beta) - mean * beta;
    return PlainLosses.softmax(events, 1);
  }

  private double[] studentEvents(int row, double[] s, double temperature) {
    double[] q = PlainLosses.softmax(s, temperature);
    int[] order = teacher.order(row);
    double[] events = new double[k + 1];
    for (int i = 0; i < classes; i++) {
      events[Math.min(i, k)] += q[order[i]];
    }
    return events;
  }

  double kl(double[][] s, double temperature, boolean standardize) {
    double[][] x = standardize ? PlainLosses.standardized(s) : s;
    double sum = 0;
    for (int b = 0; b < s.length; b++) {
      sum +=
          divergence(
              teacherEvents(b, temperature, standardize), studentEvents(b, x[b], temperature));
    }
    return temperature * temperature * sum / s.length;
  }

  double dkd(
      double[][] s, long[] y, double alpha, double beta, double temperature, boolean standardize) {
    double[][] x = standardize ? PlainLosses.standardized(s) : s;
    double sum = 0;
    for (int b = 0; b < s.length; b++) {
      double[] p = teacherEvents(b, temperature, standardize);
      double[] q = studentEvents(b, x[b], temperature);
      int place = Math.min(k, placeOf(b, (int) y[b]));
      double targetP = place < k ? p[place] : p[k] / n;
      double targetQ = PlainLosses.softmax(x[b], temperature)[(int) y[b]];
      p[place] -= targetP;
      q[place] -= targetQ;
      double binary = binary(targetP, targetQ);
      double others = 0;
      for (int i = 0; i <= k; i++) {
        boolean absent = place < k ? i == place : i == k && n == 1;
        if (!absent) {
          others += p[i] / (1 - targetP) * Math.log(p[i] / (1 - targetP) / (q[i] / (1 - targetQ)));
        }
      }
      sum += alpha * binary + beta * others;
    }
    return temperature * temperature * sum / s.length;
  }

  private int placeOf(int row, int label) {
    int[] order = teacher.order(row);
    int place = 0;
    while (order[place] != label) {
      place++;
    }
    return place;
  }

  private static double binary(double p, double q) {
    return divergence(new double[] {p, 1 - p}, new double[] {q, 1 - q});
  }

  private static double divergence(double[] p, double[] q) {
    double sum = 0;
    for (int i = 0; i < p.length; i++) {
      sum += p[i] * Math.log(p[i] / q[i]);
    }
    return sum;
  }

  /** Logits whose softmax at T is the teacher's, the others' mass spread evenly. */
  private double[][] spread(double temperature) {
    double[][] rows = new double[teacher.rows()][classes];
    for (int b = 0; b < rows.length; b++) {
      double[] p = teacherEvents(b, temperature, false);
      int[] order = teacher.order(b);
      for (int i = 0; i < classes; i++) {
        rows[b][order[i]] = temperature * Math.log(i < k ? p[i] : p[k] / n);
      }
    }
    return rows;
  }

  double dist(double[][] s, double beta, double gamma, double temperature) {
    double[][] p = new double[s.length][];
    double[][] q = new double[s.length][];
    double[][] t = spread(temperature);
    for (int b = 0; b < s.length; b++) {
      p[b] = PlainLosses.softmax(t[b], temperature);
      q[b] = PlainLosses.softmax(s[b], temperature);
    }
    double rows = 0;
    for (int b = 0; b < s.length; b++) {
      rows += correlation(p[b], q[b]) / s.length;
    }
    double columns = 0;
    for (int c = 0; c < classes; c++) {
      int column = c;
      columns +=
          correlation(
                  Arrays.stream(p).mapToDouble(row -> row[column]).toArray(),
                  Arrays.stream(q).mapToDouble(row -> row[column]).toArray())
              / classes;
    }
    return temperature * temperature * (beta * (1 - rows) + gamma * (1 - columns));
  }

  private static double correlation(double[] u, double[] v) {
    double meanU = Arrays.stream(u).average().orElseThrow();
    double meanV = Arrays.stream(v).average().orElseThrow();
    double uv = 0;
    double uu = 0;
    double vv = 0;
    for (int i = 0; i < u.length; i++) {
      uv += (u[i] - meanU) * (v[i] - meanV);
      uu += (u[i] - meanU) * (u[i] - meanU);
      vv += (v[i] - meanV) * (v[i] - meanV);
    }
    return uv / (Math.sqrt(uu) * Math.sqrt(vv) + 1e-8);
  }

  double multiLevel(double[][] s, double temperature) {
    double[][] t = spread(temperature);
    double[] one = {temperature};
    return kl(s, temperature, false)
        + PlainLosses.multiLevel(s, t, one, false)
        - PlainLosses.kl(s, t, temperature);
  }

  /** With the surrogate softsign. */
  double kendall(double[][] s, Pairing pairing, double steepness) {
    double sum = 0;
    for (int b = 0; b < s.length; b++) {
      double[] t = teacher.row(b);
      int[] order = teacher.order(b);
      double mean = teacher.restMoments(b)[0];
      for (int i = 0; i < k; i++) {
        for (int j = i + 1; j < classes; j++) {
          double deltaS = s[b][order[i]] - s[b][order[j]];
          double deltaT = t[order[i]] - (j < k ? t[order[j]] : Math.min(mean, t[order[k - 1]]));
          sum +=
              switch (pairing) {
                case PRODUCT -> softsign(steepness * deltaS * deltaT);
                case FACTORED -> softsign(steepness * deltaS) * softsign(steepness * deltaT);
                case SIGN -> softsign(steepness * deltaS) * Math.signum(deltaT);
              };
        }
      }
    }
    return 1 - sum / (s.length * (k * (k - 1) / 2.0 + k * n));
  }

  private static double softsign(double x) {
    return x / (1 + Math.abs(x));
  }
}
