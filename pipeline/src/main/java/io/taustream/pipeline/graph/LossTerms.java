package io.taustream.pipeline.graph;

import io.taustream.pipeline.config.CeConfig;
import io.taustream.pipeline.config.CtkdConfig;
import io.taustream.pipeline.config.DistConfig;
import io.taustream.pipeline.config.DkdConfig;
import io.taustream.pipeline.config.KendallConfig;
import io.taustream.pipeline.config.KlConfig;
import io.taustream.pipeline.config.LossConfig;
import io.taustream.pipeline.config.MlkdConfig;
import io.taustream.pipeline.config.WeightConfig;
import io.taustream.student.loss.CrossEntropy;
import io.taustream.student.loss.CurriculumTemperature;
import io.taustream.student.loss.DecoupledDistillation;
import io.taustream.student.loss.Dist;
import io.taustream.student.loss.KendallTau;
import io.taustream.student.loss.KullbackLeibler;
import io.taustream.student.loss.Loss;
import io.taustream.student.loss.MultiLevel;
import io.taustream.student.loss.Pairing;
import io.taustream.student.loss.Surrogate;
import io.taustream.student.loss.Weight;
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
            .map(term -> new WeightedLoss.Term(loss(term, rows), weight(term.weight())))
            .toList());
  }

  private static Weight weight(WeightConfig weight) {
    return new Weight(weight.from(), weight.to(), weight.epochs());
  }

  private static Loss loss(LossConfig term, RowThreads rows) {
    if (term instanceof CeConfig) {
      return new CrossEntropy();
    } else if (term instanceof KlConfig kl) {
      return new KullbackLeibler(kl.temperature(), kl.standardize());
    } else if (term instanceof KendallConfig kendall) {
      return new KendallTau(
          Surrogate.parse(kendall.surrogate()),
          Pairing.parse(kendall.pairing()),
          kendall.steepness(),
          rows);
    } else if (term instanceof DkdConfig dkd) {
      return new DecoupledDistillation(
          dkd.alpha(), dkd.beta(), dkd.temperature(), dkd.standardize());
    } else if (term instanceof DistConfig dist) {
      return new Dist(dist.beta(), dist.gamma(), dist.temperature());
    } else if (term instanceof MlkdConfig mlkd) {
      return new MultiLevel(mlkd.temperatures(), mlkd.standardize());
    } else if (term instanceof CtkdConfig ctkd) {
      return new CurriculumTemperature(
          ctkd.temperatureStart(),
          ctkd.temperatureRange(),
          ctkd.lambda(),
          ctkd.lambdaEpochs(),
          ctkd.standardize());
    }
    throw new IllegalStateException("loss term " + term.type() + " has no case here");
  }
}
