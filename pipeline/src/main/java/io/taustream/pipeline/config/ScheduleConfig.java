package io.taustream.pipeline.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Section {@code train.schedule}; its {@code type} (default {@code cosine}) says which. */
public sealed interface ScheduleConfig {
  /** The names that {@code type} may have. */
  List<String> TYPES = List.of("cosine", "step");

  /** Its name in the configuration. */
  String type();

  /**
   * Epochs, below all that are trained, over which the rate first rises in a straight line from a
   * hundredth (default 0: none).
   */
  double warmupEpochs();

  /** Its keys and values, as written in a configuration. */
  Map<String, Object> tree();

  /** Half a cosine from the optimiser's rate down to 0 at the last epoch's end. */
  record Cosine(double warmupEpochs) implements ScheduleConfig {
    static final Cosine DEFAULT = new Cosine(0);

    public Cosine {
      Rules.notBelow("warmup-epochs", warmupEpochs, 0);
    }

    @Override
    public String type() {
      return "cosine";
    }

    @Override
    public Map<String, Object> tree() {
      Map<String, Object> tree = new LinkedHashMap<>();
      tree.put("type", type());
      tree.put("warmup-epochs", warmupEpochs);
      return tree;
    }
  }

  /**
   * The optimiser's rate, lowered in steps.
   *
   * @param at the epochs, from 1 and rising, after which the rate is multiplied by {@code factor}
   * @param factor between 0 and 1 (default 0.1)
   */
  record Step(List<Integer> at, double factor, double warmupEpochs) implements ScheduleConfig {
    static final double DEFAULT_FACTOR = 0.1;

    public Step {
      at = List.copyOf(at);
      Rules.notEmpty("at", at);
      for (int i = 0; i < at.size(); i++) {
        if (at.get(i) < 1 || (i > 0 && at.get(i) <= at.get(i - 1))) {
          throw new InvalidValueException("at", at, "a rising list of epochs from 1");
        }
      }
      Rules.above("factor", factor, 0);
      Rules.fromToBelow("factor", factor, 0, 1);
      Rules.notBelow("warmup-epochs", warmupEpochs, 0);
    }

    @Override
    public String type() {
      return "step";
    }

    @Override
    public Map<String, Object> tree() {
      Map<String, Object> tree = new LinkedHashMap<>();
      tree.put("type", type());
      tree.put("at", at);
      tree.put("factor", factor);
      tree.put("warmup-epochs", warmupEpochs);
      return tree;
    }
  }
}
