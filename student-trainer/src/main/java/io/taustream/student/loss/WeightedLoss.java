package io.taustream.student.loss;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The sum of weighted losses that a student trains on. Immutable; holds no tensors. Any loss plugs
 * onto any other.
 */
public final class WeightedLoss {
  private final Map<String, Term> terms = new LinkedHashMap<>();

  /**
   * @param terms at least one; terms of the same name are told apart in {@link Value#terms()} by
   *     {@code -2}, {@code -3}, … behind the name
   */
  public WeightedLoss(List<Term> terms) {
    if (terms.isEmpty()) {
      throw new IllegalArgumentException("a loss needs at least one term");
    }
    for (Term term : terms) {
      String name = term.loss().name();
      String unique = name;
      for (int count = 2; this.terms.containsKey(unique); count++) {
        unique = name + "-" + count;
      }
      this.terms.put(unique, new Term(term.loss().named(unique), term.weight()));
    }
  }

  /** Whether one of the terms needs the teacher's logits. */
  public boolean needsTeacher() {
    return terms.values().stream().anyMatch(term -> term.loss().needsTeacher());
  }

  /** The terms by their names in {@link Value#terms()}, in the order given. */
  public Map<String, Term> terms() {
    return Collections.unmodifiableMap(terms);
  }

  /** What the terms learn, each under a name of its own. */
  public List<LearnedParameter> learned() {
    return terms.values().stream().flatMap(term -> term.loss().learned().stream()).toList();
  }

  /**
   * The loss of a batch, weighted as the input's epoch has it; its tensors live on the student
   * logits' manager.
   */
  public Value value(LossInput input) {
    Map<String, NDArray> values = new LinkedHashMap<>();
    NDArray total = null;
    for (Map.Entry<String, Term> entry : terms.entrySet()) {
      NDArray value = entry.getValue().loss().value(input);
      values.put(entry.getKey(), value);
      double weight = entry.getValue().weight().at(input.state().epoch());
      NDArray weighted = value.mul(Constant.of(value, weight));
      total = total == null ? weighted : total.add(weighted);
    }
    return new Value(total, values);
  }

  /** One loss and its weight. */
  public record Term(Loss loss, Weight weight) {
    /**
     * A loss whose weight is the same all the time.
     *
     * @param weight finite, zero or above
     */
    public Term(Loss loss, double weight) {
      this(loss, Weight.constant(weight));
    }
  }

  /**
   * The loss of one batch.
   *
   * @param total the weighted sum, a scalar
   * @param terms each term's value without its weight, scalars, in the order given
   */
  public record Value(NDArray total, Map<String, NDArray> terms) {
    /** The numbers, in one transfer from the device. */
    public Numbers read() {
      NDList scalars = new NDList(total);
      scalars.addAll(terms.values());
      try (NDArray stacked = NDArrays.stack(scalars);
          NDArray wide = stacked.toType(DataType.FLOAT64, true)) {
        double[] values = wide.toDoubleArray();
        Map<String, Double> numbers = new LinkedHashMap<>();
        int next = 1;
        for (String term : terms.keySet()) {
          numbers.put(term, values[next++]);
        }
        return new Numbers(values[0], numbers);
      }
    }
  }

  /**
   * The loss of one batch, outside libtorch.
   *
   * @param total the weighted sum
   * @param terms each term's value without its weight, in the order given
   */
  public record Numbers(double total, Map<String, Double> terms) {}
}
