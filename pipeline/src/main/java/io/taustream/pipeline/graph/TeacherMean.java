package io.taustream.pipeline.graph;

import io.taustream.pipeline.config.EnsembleConfig;
import java.util.Arrays;

/**
 * The mean of several teachers' logits for one sample, as {@link EnsembleConfig} defines it. That
 * of one teacher is its own logits, to the bit. Stateless.
 */
sealed interface TeacherMean {
  /** The mean that a configuration asks for. */
  static TeacherMean of(EnsembleConfig ensemble) {
    return ensemble.averagesProbabilities() ? new OfProbabilities() : new OfLogits();
  }

  /**
   * Averages.
   *
   * @param logits teachers × classes
   * @param shares one a teacher, all above 0; with several they add up to 1
   * @param mean takes one logit a class
   */
  default void of(float[][] logits, double[] shares, float[] mean) {
    if (logits.length == 1) {
      System.arraycopy(logits[0], 0, mean, 0, mean.length);
    } else {
      average(logits, shares, mean);
    }
  }

  /** Like {@link #of}, of at least two teachers. */
  void average(float[][] logits, double[] shares, float[] mean);

  /** Σ share · logits. */
  record OfLogits() implements TeacherMean {
    @Override
    public void average(float[][] logits, double[] shares, float[] mean) {
      Arrays.fill(mean, 0);
      for (int i = 0; i < logits.length; i++) {
        for (int c = 0; c < mean.length; c++) {
          // Rounded to float32 at each teacher: runs that began so go on so.
          mean[c] += (float) (shares[i] * logits[i][c]);
        }
      }
    }
  }

  /**
   * ln Σ share · softmax(logits), as the log-sum-exp of ln share + z − ln Σ e^z, so that no
   * probability underflows; in float64, rounded once.
   */
  record OfProbabilities() implements TeacherMean {
    @Override
    public void average(float[][] logits, double[] shares, float[] mean) {
      double[] offsets = new double[logits.length];
      for (int i = 0; i < logits.length; i++) {
        offsets[i] = Math.log(shares[i]) - logSumExp(logits[i]);
      }
      for (int c = 0; c < mean.length; c++) {
        double largest = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < logits.length; i++) {
          largest = Math.max(largest, offsets[i] + logits[i][c]);
        }
        double sum = 0;
        for (int i = 0; i < logits.length; i++) {
          sum += Math.exp(offsets[i] + logits[i][c] - largest);
        }
        mean[c] = (float) (largest + Math.log(sum));
      }
    }

    private static double logSumExp(float[] logits) {
      double largest = Double.NEGATIVE_INFINITY;
      for (float logit : logits) {
        largest = Math.max(largest, logit);
      }
      double sum = 0;
      for (float logit : logits) {
        sum += Math.exp(logit - largest);
      }
      return largest + Math.log(sum);
    }
  }
}
