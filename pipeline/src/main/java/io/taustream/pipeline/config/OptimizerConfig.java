package io.taustream.pipeline.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Section {@code train.optimizer}; its {@code type} (default {@code sgd}) says which. */
public sealed interface OptimizerConfig {
  /** The names that {@code type} may have. */
  List<String> TYPES = List.of("sgd");

  /** Its name in the configuration. */
  String type();

  /** Its keys and values, as written in a configuration. */
  Map<String, Object> tree();

  /**
   * Stochastic gradient descent.
   *
   * @param lr the learning rate before the schedule (default 0.1)
   * @param momentum from 0 (the default is 0.9) to below 1
   * @param weightDecay the L2 penalty's factor (default 5e-4)
   * @param nesterov Nesterov's momentum (default false); needs momentum
   */
  record Sgd(double lr, double momentum, double weightDecay, boolean nesterov)
      implements OptimizerConfig {
    static final Sgd DEFAULT = new Sgd(0.1, 0.9, 5e-4, false);

    public Sgd {
      Rules.above("lr", lr, 0);
      Rules.fromToBelow("momentum", momentum, 0, 1);
      Rules.notBelow("weight-decay", weightDecay, 0);
      if (nesterov && momentum == 0) {
        throw new InvalidValueException("nesterov", "true with momentum 0", "only false");
      }
    }

    @Override
    public String type() {
      return "sgd";
    }

    @Override
    public Map<String, Object> tree() {
      Map<String, Object> tree = new LinkedHashMap<>();
      tree.put("type", type());
      tree.put("lr", lr);
      tree.put("momentum", momentum);
      tree.put("weight-decay", weightDecay);
      tree.put("nesterov", nesterov);
      return tree;
    }
  }
}
