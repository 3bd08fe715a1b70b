package io.taustream.pipeline.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * 1 − the differentiable Kendall τ between the logits of teacher and student. The defaults are what
 * docs/evidence.md found best.
 *
 * @param weight what it counts in the sum (default 10)
 * @param surrogate what stands for the sign: {@code tanh} (the default), {@code arctan}, {@code
 *     algebraic}, {@code softsign}, {@code erf} or {@code laplace}
 * @param pairing how a pair's two differences meet: {@code sign} (the default), {@code product} or
 *     {@code factored}
 * @param steepness what the differences are multiplied by, above 0 (default 1)
 */
public record KendallConfig(WeightConfig weight, String surrogate, String pairing, double steepness)
    implements LossConfig {
  static final String TYPE = "kendall";

  /** The names that {@code surrogate} may have. */
  public static final List<String> SURROGATES =
      List.of("tanh", "arctan", "algebraic", "softsign", "erf", "laplace");

  /** The names that {@code pairing} may have. */
  public static final List<String> PAIRINGS = List.of("product", "factored", "sign");

  private static final double DEFAULT_WEIGHT = 10;
  private static final String DEFAULT_SURROGATE = "tanh";
  private static final String DEFAULT_PAIRING = "sign";
  private static final double DEFAULT_STEEPNESS = 1;

  public KendallConfig {
    Rules.oneOf("surrogate", surrogate, SURROGATES);
    Rules.oneOf("pairing", pairing, PAIRINGS);
    Rules.above("steepness", steepness, 0);
  }

  static KendallConfig read(Section term) {
    WeightConfig weight = WeightConfig.read(term, DEFAULT_WEIGHT);
    String surrogate = term.choice("surrogate", SURROGATES).orElse(DEFAULT_SURROGATE);
    String pairing = term.choice("pairing", PAIRINGS).orElse(DEFAULT_PAIRING);
    double steepness = term.number("steepness", DEFAULT_STEEPNESS);
    return term.build(() -> new KendallConfig(weight, surrogate, pairing, steepness));
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
    options.put("surrogate", surrogate);
    options.put("pairing", pairing);
    options.put("steepness", steepness);
    return options;
  }
}
