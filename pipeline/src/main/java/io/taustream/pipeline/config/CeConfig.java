package io.taustream.pipeline.config;

import java.util.Map;

/** Cross-entropy with the sample's class. */
public record CeConfig(WeightConfig weight) implements LossConfig {
  static final String TYPE = "ce";

  static CeConfig read(Section term) {
    WeightConfig weight = WeightConfig.read(term);
    return term.build(() -> new CeConfig(weight));
  }

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public boolean needsTeacher() {
    return false;
  }

  @Override
  public Map<String, Object> options() {
    return Map.of();
  }
}
