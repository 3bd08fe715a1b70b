package io.taustream.pipeline.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Multi-level distillation: predictions, how they relate samples, and how they relate classes, each
 * at several temperatures.
 *
 * @param temperatures what both logits are divided by, one after another, each above 0 (default 2
 *     to 6)
 * @param standardize whether both logits are brought to mean 0 and deviation 1 before predictions
 *     are compared (default false)
 */
public record MlkdConfig(WeightConfig weight, List<Double> temperatures, boolean standardize)
    implements LossConfig {
  static final String TYPE = "mlkd";

  private static final List<Double> DEFAULT_TEMPERATURES = List.of(2.0, 3.0, 4.0, 5.0, 6.0);

  public MlkdConfig {
    temperatures = List.copyOf(temperatures);
    Rules.notEmpty("temperatures", temperatures);
    temperatures.forEach(temperature -> Rules.above("temperatures", temperature, 0));
  }

  static MlkdConfig read(Section term) {
    WeightConfig weight = WeightConfig.read(term);
    List<Double> temperatures = term.numbers("temperatures", DEFAULT_TEMPERATURES);
    boolean standardize = term.flag("standardize", false);
    return term.build(() -> new MlkdConfig(weight, temperatures, standardize));
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
    options.put("temperatures", temperatures);
    options.put("standardize", standardize);
    return options;
  }
}
