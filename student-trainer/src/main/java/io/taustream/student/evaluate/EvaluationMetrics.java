package io.taustream.student.evaluate;

import io.taustream.storage.TaustreamException;
import io.taustream.student.diagnose.SampleOutcomes;
import io.taustream.student.evaluate.ConfusionMatrix.Cell;
import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Metrics of a model's logits, batch by batch, in double precision. Needs no student: a teacher's
 * stored logits can be measured alone. Memory does not grow with the number of samples, but for the
 * confusion matrix's cells, and four bytes a sample where there is a teacher. Not thread-safe.
 */
public final class EvaluationMetrics {
  private static final int TOP = 5;

  private final int classes;
  private final float[] row;
  private final KendallTauB kendall;
  private final Calibration calibration = new Calibration();
  private final Map<Cell, Long> confusion = new HashMap<>();
  private final SampleOutcomes.Builder outcomes = new SampleOutcomes.Builder();
  private long samples;
  private long labelled;
  private long top1;
  private long top5;
  private double nll;
  private long compared;
  private long agreed;
  private long ranked;
  private double tau;

  /**
   * Starts from nothing.
   *
   * @param classes C, at least 1
   */
  public EvaluationMetrics(int classes) {
    this.classes = classes;
    row = new float[classes];
    kendall = new KendallTauB(classes);
  }

  /**
   * Adds a batch.
   *
   * @param logits B × C, row major, from its position on; its position stays
   * @param labels B, −1 where there is none
   * @param teacher of the same B rows, where there is a teacher to compare with
   * @throws TaustreamException if a logit is not finite
   */
  public void add(FloatBuffer logits, int[] labels, Optional<TeacherReference> teacher) {
    for (int i = 0; i < labels.length; i++) {
      read(logits, i);
      int predicted = argmax(row);
      samples++;
      if (labels[i] >= 0) {
        addLabelled(labels[i], predicted);
      }
      if (teacher.isPresent()) {
        teacher.get().read(i, row);
        addCompared(predicted, labels[i], teacher.get());
      }
    }
  }

  private void read(FloatBuffer logits, int index) {
    logits.get(logits.position() + index * classes, row);
    for (float logit : row) {
      if (!Float.isFinite(logit)) {
        throw new TaustreamException(
            "Logits of evaluated sample %d hold %s; only finite values can be evaluated: train again with a lower train.optimizer.lr, or check the teacher's model"
                .formatted(samples, logit));
      }
    }
  }

  private void addLabelled(int label, int predicted) {
    double sum = 0;
    int above = 0;
    for (int c = 0; c < classes; c++) {
      sum += Math.exp((double) row[c] - row[predicted]);
      above += row[c] > row[label] || (row[c] == row[label] && c < label) ? 1 : 0;
    }
    labelled++;
    top1 += above == 0 ? 1 : 0;
    top5 += above < TOP ? 1 : 0;
    nll += Math.log(sum) - ((double) row[label] - row[predicted]);
    calibration.add(1 / sum, predicted == label);
    confusion.merge(new Cell(label, predicted), 1L, Long::sum);
  }

  private void addCompared(int predicted, int label, TeacherReference teacher) {
    compared++;
    if (label >= 0) {
      teacher.addOutcome(predicted == label, outcomes);
    } else {
      outcomes.addUnlabelled();
    }
    agreed += predicted == teacher.prediction() ? 1 : 0;
    OptionalDouble correlation = teacher.tau(kendall);
    if (correlation.isPresent()) {
      ranked++;
      tau += correlation.getAsDouble();
    }
  }

  /** The largest value's place; of equal ones the first. */
  static int argmax(float[] values) {
    int best = 0;
    for (int c = 1; c < values.length; c++) {
      if (values[c] > values[best]) {
        best = c;
      }
    }
    return best;
  }

  /** The metrics of everything added so far. */
  public Evaluation evaluation() {
    return new Evaluation(
        samples,
        labelled,
        mean((double) top1, labelled),
        mean((double) top5, labelled),
        mean(nll, labelled),
        labelled == 0 ? OptionalDouble.empty() : OptionalDouble.of(calibration.error(labelled)),
        mean((double) agreed, compared),
        mean(tau, ranked),
        new ConfusionMatrix(confusion),
        compared == 0 ? Optional.empty() : Optional.of(outcomes.build()));
  }

  private static OptionalDouble mean(double sum, long count) {
    return count == 0 ? OptionalDouble.empty() : OptionalDouble.of(sum / (double) count);
  }
}
