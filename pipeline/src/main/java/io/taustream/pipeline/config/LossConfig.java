package io.taustream.pipeline.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One term of {@code loss}; its {@code type} says which. The loss is the sum of the terms, each
 * times its weight (default 1, {@code kendall} 10). To add a term: a record in a file of its own,
 * copied from a neighbour; its name here in {@link #TYPES} and behind {@code permits}; a case in
 * {@link LossReader} and one where the pipeline makes the trainer's losses.
 */
public sealed interface LossConfig
    permits CeConfig, KlConfig, KendallConfig, DkdConfig, DistConfig, MlkdConfig, CtkdConfig {
  /** The names that {@code type} may have. */
  List<String> TYPES =
      List.of(
          CeConfig.TYPE,
          KlConfig.TYPE,
          KendallConfig.TYPE,
          DkdConfig.TYPE,
          DistConfig.TYPE,
          MlkdConfig.TYPE,
          CtkdConfig.TYPE);

  /** Its name in the configuration. */
  String type();

  /** What it counts in the sum. */
  WeightConfig weight();

  /** Whether it compares the student with a teacher, and not with the class alone. */
  boolean needsTeacher();

  /** The keys and values that only its type has, as written in a configuration. */
  Map<String, Object> options();

  /** Its keys and values, as written in a configuration. */
  default Map<String, Object> tree() {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("type", type());
    tree.put("weight", weight().tree());
    tree.putAll(options());
    return tree;
  }
}
