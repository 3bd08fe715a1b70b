package io.taustream.pipeline.config;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Decoupled distillation: the sample's class against all others, and the others among themselves.
 *
 * @param alpha what the sample's class counts, from 0 (default 1)
 * @param beta what the other classes count, from 0, above 0 where alpha is 0 (default 8)
 * @param temperature what both logits are divided by, above 0 (default 4)
 * @param standardize whether both logits are brought to mean 0 and deviation 1 first (default
 *     false)
 */
public record DkdConfig(
    WeightConfig weight, double alpha, double beta, double temperature, boolean standardize)
    implements LossConfig {
  static final String TYPE = "dkd";

  private static final double DEFAULT_ALPHA = 1;
  private static final double DEFAULT_BETA = 8;
  private static final double DEFAULT_TEMPERATURE = 4;

  public DkdConfig {
    Rules.notBelow("alpha", alpha, 0);
    Rules.notBelow("beta", beta, 0);
    if (alpha == 0) {
      Rules.above("beta", beta, 0);
    }
    Rules.above("temperature", temperature, 0);
  }

  static DkdConfig read(Section term) {
    WeightConfig weight = WeightConfig.read(term);
    double alpha = term.number("alpha", DEFAULT_ALPHA);
    double beta = term.number("beta", DEFAULT_BETA);
    double temperature = term.number("temperature", DEFAULT_TEMPERATURE);
    boolean standardize = term.flag("standardize", false);
    return term.build(() -> new DkdConfig(weight, alpha, beta, temperature, standardize));
  }

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public boolean needsTeacher() {
    return true;
  }

  @Override
  public Map<String, Object> options() {
    Map<String, Object> options = new LinkedHashMap<>();
    options.put("alpha", alpha);
    options.put("beta", beta);
    options.put("temperature", temperature);
    options.put("standardize", standardize);
    return options;
  }
}
