package io.taustream.student.evaluate;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * How often a class was taken for another. Keeps only what has occurred, so that its size is
 * bounded by the samples and not by the square of the classes. Immutable.
 */
public final class ConfusionMatrix {
  private final Map<Cell, Long> counts;

  ConfusionMatrix(Map<Cell, Long> counts) {
    this.counts = new TreeMap<>(counts);
  }

  /** Samples of class {@code label} that were predicted as {@code predicted}. */
  public long count(int label, int predicted) {
    return counts.getOrDefault(new Cell(label, predicted), 0L);
  }

  /** All cells above zero, by label, then by prediction. */
  public Map<Cell, Long> counts() {
    return Collections.unmodifiableMap(counts);
  }

  /** A true class and a predicted one. */
  public record Cell(int label, int predicted) implements Comparable<Cell> {
    @Override
    public int compareTo(Cell other) {
      int byLabel = Integer.compare(label, other.label);
      return byLabel != 0 ? byLabel : Integer.compare(predicted, other.predicted);
    }
  }
}
