package io.taustream.teacher.verify;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;

/**
 * The classes of the samples, and which half of them each is in: an order of classes that was found
 * on one half is tested on the other, since the best of many orders always fits the samples that it
 * was chosen on. Of every class each second sample is in the tested half. Classes weigh the same,
 * however many samples they have, so that a model that says one thing always cannot gain by
 * renaming it to the commonest class.
 */
final class Truth {
  /** Some of the samples. */
  enum Part {
    ALL,
    FITTED,
    TESTED
  }

  private final int classes;
  private final int[] labels;
  private final boolean[] tested;
  private final Map<Part, double[]> weights = new EnumMap<>(Part.class);

  /**
   * @param labels each from 0 to below {@code classes}
   */
  Truth(int classes, int[] labels) {
    this.classes = classes;
    this.labels = labels;
    this.tested = new boolean[labels.length];
    int[] seen = new int[classes];
    for (int i = 0; i < labels.length; i++) {
      // Beginning with the one half or the other, so that both are as large with few a class.
      tested[i] = (labels[i] + seen[labels[i]]++) % 2 == 1;
    }
    for (Part part : Part.values()) {
      int[] counts = new int[classes];
      for (int i = 0; i < labels.length; i++) {
        counts[labels[i]] += in(part, i) ? 1 : 0;
      }
      weights.put(part, Arrays.stream(counts).mapToDouble(n -> n == 0 ? 0 : 1.0 / n).toArray());
    }
  }

  int classes() {
    return classes;
  }

  int samples() {
    return labels.length;
  }

  int label(int sample) {
    return labels[sample];
  }

  boolean in(Part part, int sample) {
    return switch (part) {
      case ALL -> true;
      case FITTED -> !tested[sample];
      case TESTED -> tested[sample];
    };
  }

  /** One over the number of samples of the class in that part; 0 where there is none. */
  double weight(Part part, int label) {
    return weights.get(part)[label];
  }

  /** How many classes have samples. */
  int classesSeen() {
    int seen = 0;
    for (int c = 0; c < classes; c++) {
      seen += weight(Part.ALL, c) > 0 ? 1 : 0;
    }
    return seen;
  }

  /** Whether a prediction, read in an order, is right. */
  boolean right(int sample, int predicted, ClassOrder order) {
    return predicted != Answer.NOTHING && order.classOf(predicted) == labels[sample];
  }

  /** The share of a part's samples that is right. */
  double accuracy(int[] predicted, ClassOrder order, Part part) {
    int right = 0;
    int all = 0;
    for (int i = 0; i < labels.length; i++) {
      if (in(part, i)) {
        all++;
        right += right(i, predicted[i], order) ? 1 : 0;
      }
    }
    return all == 0 ? 0 : (double) right / all;
  }
}
