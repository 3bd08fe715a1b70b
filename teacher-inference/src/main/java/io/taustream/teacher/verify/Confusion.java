package io.taustream.teacher.verify;

import io.taustream.teacher.verify.Truth.Part;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * How often each output was the largest for samples of each class, classes weighing the same
 * however many samples they have. Only what occurred is kept, since a model may have far more
 * outputs than there are samples. Immutable.
 */
final class Confusion {
  private final Truth truth;
  private final Part part;

  /** For each class how often each output was the largest. */
  private final List<Map<Integer, Integer>> counts = new ArrayList<>();

  private final Map<Integer, Double> largestOfOutput = new HashMap<>();

  /**
   * @param predicted an output for each sample, or {@link Answer#NOTHING}
   * @param part the samples that count
   */
  Confusion(Truth truth, int[] predicted, Part part) {
    this.truth = truth;
    this.part = part;
    for (int c = 0; c < truth.classes(); c++) {
      counts.add(new HashMap<>());
    }
    for (int i = 0; i < predicted.length; i++) {
      if (predicted[i] != Answer.NOTHING && truth.in(part, i)) {
        counts.get(truth.label(i)).merge(predicted[i], 1, Integer::sum);
      }
    }
    forEach((output, label, share) -> largestOfOutput.merge(output, share, Math::max));
  }

  /** Takes what occurred. */
  @FunctionalInterface
  interface Cells {
    void take(int output, int label, double share);
  }

  void forEach(Cells cells) {
    for (int c = 0; c < counts.size(); c++) {
      int label = c;
      counts.get(c).keySet().forEach(output -> cells.take(output, label, share(output, label)));
    }
  }

  /** How many samples of a class had this output as the largest. */
  int count(int output, int label) {
    return counts.get(label).getOrDefault(output, 0);
  }

  /** The same as a share of the class's samples. */
  double share(int output, int label) {
    return count(output, label) * truth.weight(part, label);
  }

  /** The outputs that were the largest at least once, and those below {@code least}, in order. */
  int[] outputs(int least) {
    Set<Integer> outputs = new TreeSet<>(largestOfOutput.keySet());
    for (int o = 0; o < least; o++) {
      outputs.add(o);
    }
    return outputs.stream().mapToInt(Integer::intValue).toArray();
  }

  /** Whether the output is the commonest for the class, and the class that of the output. */
  boolean mostForEachOther(int output, int label) {
    double together = share(output, label);
    return together > 0
        && largestOfOutput.get(output) <= together
        && counts.get(label).keySet().stream().allMatch(o -> share(o, label) <= together);
  }
}
