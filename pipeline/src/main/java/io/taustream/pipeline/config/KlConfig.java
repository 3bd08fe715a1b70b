package io.taustream.pipeline.config;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * KL divergence between the softened distributions of teacher and student.
 *
 * @param temperature what both logits are divided by, above 0 (default 4)
 * @param standardize whether both logits are brought to mean 0 and deviation 1 first (default
 *     false)
 */
public record KlConfig(WeightConfig weight, double temperature, boolean standardize)
    implements LossConfig {
  static final String TYPE = "kl";

  private static final double DEFAULT_TEMPERATURE = 4;

  public KlConfig {
    Rules.above("temperature", temperature, 0);
  }

  static KlConfig read(Section term) {
    WeightConfig weight = WeightConfig.read(term);
    double temperature = term.number("temperature", DEFAULT_TEMPERATURE);
    boolean standardize = term.flag("standardize", false);
    return term.build(() -> new KlConfig(weight, temperature, standardize));
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
    options.put("temperature", temperature);
    options.put("standardize", standardize);
    return options;
  }
}
