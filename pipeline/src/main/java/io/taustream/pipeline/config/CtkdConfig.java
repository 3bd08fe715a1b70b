package io.taustream.pipeline.config;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * KL divergence at a temperature that is learned against the student.
 *
 * @param temperatureStart the temperature's lower bound, above 0 (default 1)
 * @param temperatureRange how far above that it may be, above 0 (default 20)
 * @param lambda the reversed gradient's factor at the curriculum's end, from 0 (default 1)
 * @param lambdaEpochs over how many epochs that factor rises from 0, above 0 (default 10)
 * @param standardize whether both logits are brought to mean 0 and deviation 1 first (default
 *     false)
 */
public record CtkdConfig(
    WeightConfig weight,
    double temperatureStart,
    double temperatureRange,
    double lambda,
    double lambdaEpochs,
    boolean standardize)
    implements LossConfig {
  static final String TYPE = "ctkd";

  private static final double DEFAULT_START = 1;
  private static final double DEFAULT_RANGE = 20;
  private static final double DEFAULT_LAMBDA = 1;
  private static final double DEFAULT_EPOCHS = 10;

  public CtkdConfig {
    Rules.above("temperature-start", temperatureStart, 0);
    Rules.above("temperature-range", temperatureRange, 0);
    Rules.notBelow("lambda", lambda, 0);
    Rules.above("lambda-epochs", lambdaEpochs, 0);
  }

  static CtkdConfig read(Section term) {
    WeightConfig weight = WeightConfig.read(term);
    double start = term.number("temperature-start", DEFAULT_START);
    double range = term.number("temperature-range", DEFAULT_RANGE);
    double lambda = term.number("lambda", DEFAULT_LAMBDA);
    double epochs = term.number("lambda-epochs", DEFAULT_EPOCHS);
    boolean standardize = term.flag("standardize", false);
    return term.build(() -> new CtkdConfig(weight, start, range, lambda, epochs, standardize));
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
    options.put("temperature-start", temperatureStart);
    options.put("temperature-range", temperatureRange);
    options.put("lambda", lambda);
    options.put("lambda-epochs", lambdaEpochs);
    options.put("standardize", standardize);
    return options;
  }
}
