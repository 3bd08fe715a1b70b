package io.taustream.student.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.taustream.storage.TaustreamException;
import java.nio.FloatBuffer;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class EvaluationMetricsTest {
  private static final Offset<Double> TINY = within(1e-12);

  private static FloatBuffer logits(float... values) {
    return FloatBuffer.wrap(values);
  }

  @Test
  void countsTheTopOneAndTheTopFive() {
    EvaluationMetrics metrics = new EvaluationMetrics(7);
    metrics.add(
        logits(7, 6, 5, 4, 3, 2, 1, 7, 6, 5, 4, 3, 2, 1, 7, 6, 5, 4, 3, 2, 1, 0, 0, 0, 0, 0, 0, 0),
        new int[] {0, 4, 5, 1},
        Optional.empty());

    Evaluation evaluation = metrics.evaluation();
    assertThat(evaluation.samples()).isEqualTo(4);
    assertThat(evaluation.top1().getAsDouble()).isEqualTo(0.25);
    assertThat(evaluation.top5().getAsDouble()).isEqualTo(0.75);
    assertThat(evaluation.agreement()).isEmpty();
    assertThat(evaluation.kendallTau()).isEmpty();
    assertThat(evaluation.confusion().counts())
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                new ConfusionMatrix.Cell(0, 0), 1L,
                new ConfusionMatrix.Cell(4, 0), 1L,
                new ConfusionMatrix.Cell(5, 0), 1L,
                new ConfusionMatrix.Cell(1, 0), 1L));
  }

  @Test
  void measuresLikelihoodAndCalibration() {
    EvaluationMetrics metrics = new EvaluationMetrics(2);
    float log3 = (float) Math.log(3);
    // Both rows are 3/4 sure of class 0; one is right.
    metrics.add(logits(log3, 0, log3 + 100, 100), new int[] {0, 1}, Optional.empty());

    Evaluation evaluation = metrics.evaluation();
    double nll = -(Math.log(0.75) + Math.log(0.25)) / 2;
    assertThat(evaluation.nll().getAsDouble()).isCloseTo(nll, within(1e-5));
    assertThat(evaluation.ece().getAsDouble()).isCloseTo(0.25, within(1e-5));
  }

  @Test
  void staysFiniteForHugeLogits() {
    EvaluationMetrics metrics = new EvaluationMetrics(2);
    metrics.add(logits(1e4f, -1e4f), new int[] {1}, Optional.empty());

    assertThat(metrics.evaluation().nll().getAsDouble()).isEqualTo(2e4);
    assertThat(metrics.evaluation().ece().getAsDouble()).isEqualTo(1);
  }

  @Test
  void comparesRowsWithoutALabelWithTheTeacherOnly() {
    EvaluationMetrics metrics = new EvaluationMetrics(3);
    metrics.add(
        logits(1, 2, 3, 3, 2, 1),
        new int[] {-1, -1},
        Optional.of(TeacherReference.dense(logits(10, 20, 30, 1, 2, 3), 3)));

    Evaluation evaluation = metrics.evaluation();
    assertThat(evaluation.labelled()).isZero();
    assertThat(evaluation.top1()).isEmpty();
    assertThat(evaluation.ece()).isEmpty();
    assertThat(evaluation.agreement().getAsDouble()).isEqualTo(0.5);
    assertThat(evaluation.kendallTau().getAsDouble()).isCloseTo(0, TINY);
  }

  @Test
  void refusesLogitsThatAreNotFinite() {
    EvaluationMetrics metrics = new EvaluationMetrics(2);

    assertThatThrownBy(() -> metrics.add(logits(0, Float.NaN), new int[] {0}, Optional.empty()))
        .isInstanceOf(TaustreamException.class)
        .hasMessageContaining("sample 0 hold NaN");
  }
}
