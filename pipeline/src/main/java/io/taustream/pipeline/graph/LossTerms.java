package io.taustream.pipeline.graph;

import io.taustream.pipeline.config.LossConfig;
import io.taustream.student.loss.CrossEntropy;
import io.taustream.student.loss.KendallTau;
import io.taustream.student.loss.KullbackLeibler;
import io.taustream.student.loss.Loss;
import io.taustream.student.loss.Pairing;
import io.taustream.student.loss.Surrogate;
import io.taustream.student.loss.WeightedLoss;
import io.taustream.student.ranking.RowThreads;
import java.util.List;

/** From the configuration's loss terms to the trainer's losses. A new term is one more case. */
final class LossTerms {
  private LossTerms() {}

  /**
   * @param threads of the student, for what a loss computes outside libtorch
   */
  static WeightedLoss of(List<LossConfig> terms, int threads) {
    RowThreads rows = new RowThreads(threads);
    return new WeightedLoss(
        terms.stream()
            .map(term -> new WeightedLoss.Term(loss(term, rows), term.weight()))
            .toList());
  }

  private static Loss loss(LossConfig term, RowThreads rows) {
    if (term instanceof LossConfig.Kl kl) {
      return new KullbackLeibler(kl.temperature(), kl.standardize());
    } else if (term instanceof LossConfig.Kendall kendall) {
      return new KendallTau(
          Surrogate.parse(kendall.surrogate()),
          Pairing.parse(kendall.pairing()),
          kendall.steepness(),
          rows);
    } else if (term instanceof LossConfig.Ce) {
      return new CrossEntropy();
    }
    throw new IllegalStateException("loss term " + term.type() + " has no case here");
  }
}
