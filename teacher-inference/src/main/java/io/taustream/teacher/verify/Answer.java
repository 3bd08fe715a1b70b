package io.taustream.teacher.verify;

import io.taustream.teacher.TeacherCard.OutputKind;
import java.nio.FloatBuffer;

/**
 * What the model said of one sample, both as if its output were logits and as if it were
 * probabilities. Natural logarithms.
 *
 * @param predicted the largest output, the first of equals; {@link #NOTHING} where one is not
 *     finite
 * @param rank how many outputs come before the sample's class
 * @param logitNll −ln of the soft-max at the sample's class
 * @param logitConfidence the largest probability of the soft-max
 * @param probabilityNll −ln of the share of the sample's class in the sum
 * @param probabilityConfidence the largest share
 * @param distribution whether no output is negative and their sum is 1, to within 0.001
 * @param withinUnit whether every output is at least 0 and hardly above 1
 */
record Answer(
    int predicted,
    int rank,
    double logitNll,
    double logitConfidence,
    double probabilityNll,
    double probabilityConfidence,
    boolean distribution,
    boolean withinUnit) {
  static final int NOTHING = -1;

  /** −ln of the smallest positive float32: as much as a sample may cost. */
  private static final double MOST_NLL = 149 * Math.log(2);

  private static final double SUM_TOLERANCE = 1e-3;
  private static final double LARGEST_PROBABILITY = 1.01;

  /**
   * Reads a row.
   *
   * @param from where the row begins in {@code values}
   * @param label the sample's class, below {@code outputs}
   */
  static Answer read(FloatBuffer values, int from, int outputs, int label) {
    float own = values.get(from + label);
    float largest = Float.NEGATIVE_INFINITY;
    float smallest = Float.POSITIVE_INFINITY;
    int predicted = NOTHING;
    int rank = 0;
    double sum = 0;
    for (int o = 0; o < outputs; o++) {
      float value = values.get(from + o);
      if (!Float.isFinite(value)) {
        return new Answer(NOTHING, outputs, MOST_NLL, 0, MOST_NLL, 0, false, false);
      }
      if (value > largest) {
        largest = value;
        predicted = o;
      }
      smallest = Math.min(smallest, value);
      if (value > own || (value == own && o < label)) {
        rank++;
      }
      sum += value;
    }
    double softSum = 0;
    for (int o = 0; o < outputs; o++) {
      softSum += Math.exp((double) values.get(from + o) - largest);
    }
    return new Answer(
        predicted,
        rank,
        Math.log(softSum) + largest - own,
        1 / softSum,
        nll(own, sum),
        sum > 0 ? largest / sum : 0,
        smallest >= 0 && Math.abs(sum - 1) <= SUM_TOLERANCE,
        smallest >= 0 && largest <= LARGEST_PROBABILITY);
  }

  private static double nll(double own, double sum) {
    return own > 0 && sum > 0 ? Math.min(MOST_NLL, -Math.log(own / sum)) : MOST_NLL;
  }

  double nll(OutputKind kind) {
    return kind == OutputKind.PROBABILITIES ? probabilityNll : logitNll;
  }

  double confidence(OutputKind kind) {
    return kind == OutputKind.PROBABILITIES ? probabilityConfidence : logitConfidence;
  }
}
