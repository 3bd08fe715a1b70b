package io.taustream.pipeline.config;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * DIST: 1 − Pearson's correlation between the distributions of teacher and student, between the
 * classes of a sample and between the samples of a class.
 *
 * @param beta what the classes of a sample count, from 0 (default 1)
 * @param gamma what the samples of a class count, from 0, above 0 where beta is 0 (default 1)
 * @param temperature what both logits are divided by, above 0 (default 1)
 */
public record DistConfig(WeightConfig weight, double beta, double gamma, double temperature)
    implements LossConfig {
  static final String TYPE = "dist";

  private static final double DEFAULT_BETA = 1;
  private static final double DEFAULT_GAMMA = 1;
  private static final double DEFAULT_TEMPERATURE = 1;

  public DistConfig {
    Rules.notBelow("beta", beta, 0);
    Rules.notBelow("gamma", gamma, 0);
    if (beta == 0) {
      Rules.above("gamma", gamma, 0);
    }
    Rules.above("temperature", temperature, 0);
  }

  static DistConfig read(Section term) {
    WeightConfig weight = WeightConfig.read(term);
    double beta = term.number("beta", DEFAULT_BETA);
    double gamma = term.number("gamma", DEFAULT_GAMMA);
    double temperature = term.number("temperature", DEFAULT_TEMPERATURE);
    return term.build(() -> new DistConfig(weight, beta, gamma, temperature));
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
    options.put("beta", beta);
    options.put("gamma", gamma);
    options.put("temperature", temperature);
    return options;
  }
}
