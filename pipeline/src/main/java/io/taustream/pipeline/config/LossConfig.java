package io.taustream.pipeline.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One term of {@code loss}; its {@code type} says which. The loss is the sum of the terms, each
 * times its weight (default 1). To add a term: its name in {@link #TYPES}, a record beside its
 * neighbours here, and a case in {@link LossReader}.
 */
public sealed interface LossConfig {
  /** The names that {@code type} may have. */
  List<String> TYPES = List.of("ce", "kl", "kendall");

  double DEFAULT_WEIGHT = 1;

  /** Its name in the configuration. */
  String type();

  /** What it counts in the sum, above 0. */
  double weight();

  /** Whether it compares the student with a teacher, and not with the class alone. */
  boolean needsTeacher();

  /** Its keys and values, as written in a configuration. */
  Map<String, Object> tree();

  /** Cross-entropy with the sample's class. */
  record Ce(double weight) implements LossConfig {
    public Ce {
      Rules.above("weight", weight, 0);
    }

    @Override
    public String type() {
      return "ce";
    }

    @Override
    public boolean needsTeacher() {
      return false;
    }

    @Override
    public Map<String, Object> tree() {
      Map<String, Object> tree = new LinkedHashMap<>();
      tree.put("type", type());
      tree.put("weight", weight);
      return tree;
    }
  }

  /**
   * KL divergence between the softened distributions of teacher and student.
   *
   * @param temperature what both logits are divided by, above 0 (default 4)
   * @param standardize whether both logits are brought to mean 0 and deviation 1 first (default
   *     false)
   */
  record Kl(double weight, double temperature, boolean standardize) implements LossConfig {
    static final double DEFAULT_TEMPERATURE = 4;

    public Kl {
      Rules.above("weight", weight, 0);
      Rules.above("temperature", temperature, 0);
    }

    @Override
    public String type() {
      return "kl";
    }

    @Override
    public boolean needsTeacher() {
      return true;
    }

    @Override
    public Map<String, Object> tree() {
      Map<String, Object> tree = new LinkedHashMap<>();
      tree.put("type", type());
      tree.put("weight", weight);
      tree.put("temperature", temperature);
      tree.put("standardize", standardize);
      return tree;
    }
  }

  /**
   * 1 − the differentiable Kendall τ between the logits of teacher and student.
   *
   * @param surrogate what stands for the sign: {@code tanh} (the default), {@code arctan}, {@code
   *     algebraic}, {@code softsign}, {@code erf} or {@code laplace}
   * @param pairing how a pair's two differences meet: {@code sign} (the default), {@code product}
   *     or {@code factored}
   * @param steepness what the differences are multiplied by, above 0 (default 1)
   */
  record Kendall(double weight, String surrogate, String pairing, double steepness)
      implements LossConfig {
    /** The names that {@code surrogate} may have. */
    public static final List<String> SURROGATES =
        List.of("tanh", "arctan", "algebraic", "softsign", "erf", "laplace");

    /** The names that {@code pairing} may have. */
    public static final List<String> PAIRINGS = List.of("product", "factored", "sign");

    static final String DEFAULT_SURROGATE = "tanh";
    static final String DEFAULT_PAIRING = "sign";
    static final double DEFAULT_STEEPNESS = 1;

    public Kendall {
      Rules.above("weight", weight, 0);
      Rules.oneOf("surrogate", surrogate, SURROGATES);
      Rules.oneOf("pairing", pairing, PAIRINGS);
      Rules.above("steepness", steepness, 0);
    }

    @Override
    public String type() {
      return "kendall";
    }

    @Override
    public boolean needsTeacher() {
      return true;
    }

    @Override
    public Map<String, Object> tree() {
      Map<String, Object> tree = new LinkedHashMap<>();
      tree.put("type", type());
      tree.put("weight", weight);
      tree.put("surrogate", surrogate);
      tree.put("pairing", pairing);
      tree.put("steepness", steepness);
      return tree;
    }
  }
}
