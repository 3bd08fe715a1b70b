package io.taustream.teacher.verify;

import io.taustream.teacher.ClassMap;
import io.taustream.teacher.MappedOutputs;
import io.taustream.teacher.TeacherCard;
import java.nio.FloatBuffer;
import java.util.Optional;

/** Reads a model's rows of outputs as its card says they stand for classes. Not thread-safe. */
final class OutputReader {
  private static final double SUM_TOLERANCE = 1e-3;
  private static final double LARGEST_PROBABILITY = 1.01;

  private final TeacherCard card;
  private final Optional<MappedOutputs> mapped;
  private final double[] logits;
  private final double[] probabilities;

  OutputReader(TeacherCard card) {
    this.card = card;
    this.mapped =
        card.classMap()
            .filter(ClassMap.Indices.class::isInstance)
            .map(map -> new MappedOutputs((ClassMap.Indices) map));
    this.logits = new double[card.labelClasses()];
    this.probabilities = new double[card.labelClasses()];
  }

  /**
   * Reads a row.
   *
   * @param rows as the model writes them
   * @param label the sample's class, below {@link TeacherCard#labelClasses()}
   */
  Answer read(FloatBuffer rows, int row, int label) {
    int from = row * card.classes();
    double smallest = Double.POSITIVE_INFINITY;
    double largest = Double.NEGATIVE_INFINITY;
    double sum = 0;
    for (int o = 0; o < card.classes(); o++) {
      float value = rows.get(from + o);
      if (!Float.isFinite(value)) {
        return Answer.none(logits.length);
      }
      smallest = Math.min(smallest, value);
      largest = Math.max(largest, value);
      sum += value;
    }
    if (mapped.isPresent()) {
      mapped.get().logits(rows, from, logits);
      mapped.get().probabilities(rows, from, probabilities);
    } else {
      for (int o = 0; o < card.classes(); o++) {
        logits[o] = rows.get(from + o);
        probabilities[o] = logits[o];
      }
    }
    return Answer.of(
        logits,
        probabilities,
        card.outputKind(),
        label,
        smallest >= 0 && Math.abs(sum - 1) <= SUM_TOLERANCE,
        smallest >= 0 && largest <= LARGEST_PROBABILITY);
  }
}
