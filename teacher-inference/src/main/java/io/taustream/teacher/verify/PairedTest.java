package io.taustream.teacher.verify;

/**
 * Whether one of two ways to read the same samples is truly better, told from the samples on which
 * they differ. All tests are one-sided: a small number says that the second way is better and that
 * this is not luck.
 */
final class PairedTest {
  private PairedTest() {}

  /**
   * McNemar's test in its exact form (McNemar 1947): the probability that a fair coin gives at
   * least {@code better} heads in {@code better + worse} throws.
   *
   * @param better samples that only the second way has right
   * @param worse samples that only the first way has right
   */
  static double mcnemar(int better, int worse) {
    return tail(better + worse, better, 0.5);
  }

  /**
   * The probability of at least {@code successes} in {@code trials} that succeed with {@code
   * chance}.
   */
  static double tail(int trials, int successes, double chance) {
    if (successes <= 0) {
      return 1;
    }
    if (successes > trials || chance <= 0) {
      return 0;
    }
    if (chance >= 1) {
      return 1;
    }
    double log = successes * Math.log(chance) + (trials - successes) * Math.log1p(-chance);
    for (int i = 0; i < successes; i++) {
      log += Math.log((trials - i) / (i + 1.0));
    }
    double odds = chance / (1 - chance);
    double sum = 0;
    for (int k = successes; k <= trials; k++) {
      sum += Math.exp(log);
      log += Math.log((trials - k) / (k + 1.0) * odds);
    }
    return Math.min(1, sum);
  }

  /**
   * A bound for samples of unlike weights (Hoeffding 1963, theorem 2, for signs): the probability
   * that fair signs before the weights sum to at least {@code gain} is at most exp(−gain² / 2Σw²).
   *
   * @param gain the weights that speak for the second way, less those that speak for the first
   * @param squares the sum of the squares of all of them
   */
  static double weighted(double gain, double squares) {
    return gain <= 0 ? 1 : Math.exp(-gain * gain / (2 * squares));
  }
}
