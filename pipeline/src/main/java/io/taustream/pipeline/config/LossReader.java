package io.taustream.pipeline.config;

/** Reads one term of {@code loss}. */
final class LossReader {
  private LossReader() {}

  static LossConfig read(Section term) {
    String type = term.requireChoice("type", LossConfig.TYPES);
    WeightConfig weight = WeightConfig.read(term);
    return switch (type) {
      case CeConfig.TYPE -> CeConfig.read(term, weight);
      case KlConfig.TYPE -> KlConfig.read(term, weight);
      case KendallConfig.TYPE -> KendallConfig.read(term, weight);
      case DkdConfig.TYPE -> DkdConfig.read(term, weight);
      case DistConfig.TYPE -> DistConfig.read(term, weight);
      case MlkdConfig.TYPE -> MlkdConfig.read(term, weight);
      case CtkdConfig.TYPE -> CtkdConfig.read(term, weight);
      default -> throw new IllegalStateException("no reading of the loss term " + type);
    };
  }
}
