package io.taustream.pipeline.report;

/** What an evaluation measures, by the name that JSON has for it. */
public enum Measure {
  TOP1("top1"),
  TOP5("top5"),
  NLL("nll"),
  ECE("ece"),
  AGREEMENT("agreement"),
  KENDALL_TAU_B("kendallTauB");

  private final String key;

  Measure(String key) {
    this.key = key;
  }

  /** Its name in JSON. */
  public String key() {
    return key;
  }

  /** An evaluation's number; NaN where it was not measured. */
  public double of(EvaluationRecord evaluation) {
    return switch (this) {
      case TOP1 -> evaluation.top1();
      case TOP5 -> evaluation.top5();
      case NLL -> evaluation.nll();
      case ECE -> evaluation.ece();
      case AGREEMENT -> evaluation.agreement();
      case KENDALL_TAU_B -> evaluation.kendallTauB();
    };
  }
}
