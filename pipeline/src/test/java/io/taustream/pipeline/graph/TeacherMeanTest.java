package io.taustream.pipeline.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.taustream.pipeline.config.EnsembleConfig;
import org.junit.jupiter.api.Test;

class TeacherMeanTest {
  private static final TeacherMean LOGITS = TeacherMean.of(new EnsembleConfig("logits", "by-view"));
  private static final TeacherMean PROBABILITIES =
      TeacherMean.of(new EnsembleConfig("probabilities", "all"));
  private static final float[][] TWO = {{2.5f, -1, 0.25f}, {-4, 3, 1}};
  private static final double[] SHARES = {0.75, 0.25};

  @Test
  void averagesLogitsByTheirShares() {
    assertThat(mean(LOGITS, TWO, SHARES)).containsExactly(0.875f, 0, 0.4375f);
  }

  @Test
  void averagesProbabilitiesByTheirShares() {
    float[] mean = mean(PROBABILITIES, TWO, SHARES);

    double sum = 0;
    for (int c = 0; c < mean.length; c++) {
      double expected = 0.75 * probability(TWO[0], c) + 0.25 * probability(TWO[1], c);
      assertThat(Math.exp(mean[c])).isCloseTo(expected, within(1e-7));
      sum += Math.exp(mean[c]);
    }
    assertThat(sum).isCloseTo(1, within(1e-6));
  }

  @Test
  void probabilitiesDoNotUnderflow() {
    float[][] far = {{60_000, -60_000, 0}, {60_000, -60_000, 1}};

    float[] mean = mean(PROBABILITIES, far, new double[] {0.5, 0.5});

    double second = Math.log((Math.exp(-1) + 1) / 2) + 1 - 60_000;
    // Float64 has a millionth of a millionth left beside 60,000.
    assertThat(mean[0]).isCloseTo(0, within(1e-10f));
    assertThat(mean[1]).isEqualTo(-120_000f);
    assertThat(mean[2]).isCloseTo((float) second, within(0.01f));
  }

  @Test
  void theMeanOfOneTeacherIsItsOwnLogits() {
    float[][] one = {{1e-30f, -0.0f, 17}};
    for (TeacherMean teacherMean : new TeacherMean[] {LOGITS, PROBABILITIES}) {
      assertThat(mean(teacherMean, one, new double[] {0.3})).containsExactly(one[0]);
    }
  }

  @Test
  void equalTeachersHaveTheirOwnProbabilities() {
    float[][] equal = {TWO[0], TWO[0], TWO[0]};

    float[] mean = mean(PROBABILITIES, equal, new double[] {0.2, 0.3, 0.5});

    for (int c = 0; c < mean.length; c++) {
      assertThat(Math.exp(mean[c])).isCloseTo(probability(TWO[0], c), within(1e-7));
    }
  }

  private static float[] mean(TeacherMean teacherMean, float[][] logits, double[] shares) {
    float[] mean = new float[logits[0].length];
    teacherMean.of(logits, shares, mean);
    return mean;
  }

  private static double probability(float[] logits, int c) {
    double sum = 0;
    for (float logit : logits) {
      sum += Math.exp(logit);
    }
    return Math.exp(logits[c]) / sum;
  }
}
