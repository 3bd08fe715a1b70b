package io.taustream.teacher;

import io.taustream.teacher.ClassMap.Unmapped;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Brings a model's outputs to the data's classes, as {@link ClassMap} says. Computed in float64.
 * Immutable and thread-safe.
 */
public final class MappedOutputs {
  private final int[][] outputsOfClass;

  /** Those whose probability is spread over the classes. */
  private final int[] spread;

  public MappedOutputs(ClassMap.Indices map) {
    this.outputsOfClass = new int[map.classes()][];
    for (int c = 0; c < outputsOfClass.length; c++) {
      outputsOfClass[c] = outputsOf(c, map.classOfOutput());
    }
    this.spread =
        map.unmapped() == Unmapped.SUM
            ? outputsOf(ClassMap.NO_CLASS, map.classOfOutput())
            : new int[0];
  }

  private static int[] outputsOf(int label, List<Integer> classOfOutput) {
    return IntStream.range(0, classOfOutput.size())
        .filter(o -> classOfOutput.get(o) == label)
        .toArray();
  }

  /** The data's number of classes. */
  public int classes() {
    return outputsOfClass.length;
  }

  /**
   * The logits of the classes.
   *
   * @param outputs finite logits of the outputs
   * @param from where the row begins
   * @param logits takes one a class
   */
  public void logits(FloatBuffer outputs, int from, double[] logits) {
    double share =
        spread.length == 0
            ? Double.NEGATIVE_INFINITY
            : logSumExp(outputs, from, spread) - Math.log(classes());
    for (int c = 0; c < classes(); c++) {
      logits[c] = logAdd(logSumExp(outputs, from, outputsOfClass[c]), share);
    }
  }

  /**
   * The probabilities of the classes; they sum to what those of all outputs that count sum to.
   *
   * @param outputs probabilities of the outputs
   * @param from where the row begins
   * @param probabilities takes one a class
   */
  public void probabilities(FloatBuffer outputs, int from, double[] probabilities) {
    double share = sum(outputs, from, spread) / classes();
    for (int c = 0; c < classes(); c++) {
      probabilities[c] = sum(outputs, from, outputsOfClass[c]) + share;
    }
  }

  private static double sum(FloatBuffer outputs, int from, int[] which) {
    double sum = 0;
    for (int o : which) {
      sum += outputs.get(from + o);
    }
    return sum;
  }

  private static double logSumExp(FloatBuffer outputs, int from, int[] which) {
    if (which.length == 1) {
      return outputs.get(from + which[0]);
    }
    double largest = Double.NEGATIVE_INFINITY;
    for (int o : which) {
      largest = Math.max(largest, outputs.get(from + o));
    }
    double sum = 0;
    for (int o : which) {
      sum += Math.exp(outputs.get(from + o) - largest);
    }
    return largest + Math.log(sum);
  }

  /** ln (e^a + e^b), a finite. */
  private static double logAdd(double a, double b) {
    return b == Double.NEGATIVE_INFINITY
        ? a
        : Math.max(a, b) + Math.log1p(Math.exp(-Math.abs(a - b)));
  }
}
