package io.taustream.teacher.verify;

import io.taustream.teacher.TeacherCard.OutputKind;
import java.util.Arrays;

/**
 * What the model said of one sample, both as if its output were logits and as if it were
 * probabilities. Natural logarithms. An output here is one that stands for a class as the card
 * says: where that has a class map, what its outputs come to by it.
 *
 * @param predicted the largest output, the first of equals; {@link #NOTHING} where one is not
 *     finite
 * @param rank how many outputs come before the sample's class
 * @param logitNll −ln of the soft-max at the sample's class
 * @param logitConfidence the largest probability of the soft-max
 * @param probabilityNll −ln of the share of the sample's class in the sum
 * @param probabilityConfidence the largest share
 * @param distribution whether no output, before a class map, is negative and their sum is 1, to
 *     within 0.001
 * @param withinUnit whether every output, before a class map, is at least 0 and hardly above 1
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

  /** Where an output is not finite. */
  static Answer none(int outputs) {
    return new Answer(NOTHING, outputs, MOST_NLL, 0, MOST_NLL, 0, false, false);
  }

  /**
   * Reads a row of finite outputs.
   *
   * @param logits the outputs as if they were logits
   * @param probabilities the outputs as if they were probabilities, to whatever sum
   * @param stated which of the two the prediction follows
   * @param label the sample's class, below the number of outputs
   */
  static Answer of(
      double[] logits,
      double[] probabilities,
      OutputKind stated,
      int label,
      boolean distribution,
      boolean withinUnit) {
    double[] values = stated == OutputKind.PROBABILITIES ? probabilities : logits;
    int predicted = 0;
    int rank = 0;
    for (int o = 0; o < values.length; o++) {
      predicted = values[o] > values[predicted] ? o : predicted;
      if (values[o] > values[label] || (values[o] == values[label] && o < label)) {
        rank++;
      }
    }
    double largest = Arrays.stream(logits).max().orElseThrow();
    double softSum = 0;
    for (double logit : logits) {
      softSum += Math.exp(logit - largest);
    }
    double sum = Arrays.stream(probabilities).sum();
    double most = Arrays.stream(probabilities).max().orElseThrow();
    return new Answer(
        predicted,
        rank,
        Math.log(softSum) + largest - logits[label],
        1 / softSum,
        nll(probabilities[label], sum),
        sum > 0 ? most / sum : 0,
        distribution,
        withinUnit);
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
