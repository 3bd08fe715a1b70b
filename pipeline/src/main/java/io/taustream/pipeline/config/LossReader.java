package io.taustream.pipeline.config;

import io.taustream.pipeline.config.LossConfig.Ce;
import io.taustream.pipeline.config.LossConfig.Kendall;
import io.taustream.pipeline.config.LossConfig.Kl;

/** Reads one term of {@code loss}. */
final class LossReader {
  private LossReader() {}

  static LossConfig read(Section term) {
    String type = term.requireChoice("type", LossConfig.TYPES);
    double weight = term.number("weight", LossConfig.DEFAULT_WEIGHT);
    return switch (type) {
      case "ce" -> term.build(() -> new Ce(weight));
      case "kl" -> kl(term, weight);
      case "kendall" -> kendall(term, weight);
      default -> throw new IllegalStateException("no reading of the loss term " + type);
    };
  }

  private static Kl kl(Section term, double weight) {
    double temperature = term.number("temperature", Kl.DEFAULT_TEMPERATURE);
    boolean standardize = term.flag("standardize", false);
    return term.build(() -> new Kl(weight, temperature, standardize));
  }

  private static Kendall kendall(Section term, double weight) {
    String surrogate =
        term.choice("surrogate", Kendall.SURROGATES).orElse(Kendall.DEFAULT_SURROGATE);
    String pairing = term.choice("pairing", Kendall.PAIRINGS).orElse(Kendall.DEFAULT_PAIRING);
    double steepness = term.number("steepness", Kendall.DEFAULT_STEEPNESS);
    return term.build(() -> new Kendall(weight, surrogate, pairing, steepness));
  }
}
