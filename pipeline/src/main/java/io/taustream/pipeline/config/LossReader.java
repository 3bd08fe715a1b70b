package io.taustream.pipeline.config;

/** Reads one term of {@code loss}. */
final class LossReader {
  private LossReader() {}

  static LossConfig read(Section term) {
    String type = term.requireChoice("type", LossConfig.TYPES);
    return switch (type) {
      case CeConfig.TYPE -> CeConfig.read(term);
      case KlConfig.TYPE -> KlConfig.read(term);
      case KendallConfig.TYPE -> KendallConfig.read(term);
      case DkdConfig.TYPE -> DkdConfig.read(term);
      case DistConfig.TYPE -> DistConfig.read(term);
      case MlkdConfig.TYPE -> MlkdConfig.read(term);
      case CtkdConfig.TYPE -> CtkdConfig.read(term);
      default -> throw new IllegalStateException("no reading of the loss term " + type);
    };
  }
}
