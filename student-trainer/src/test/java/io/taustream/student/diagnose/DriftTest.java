package io.taustream.student.diagnose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class DriftTest {
  private static final float[] TEACHER = {3, 0};

  /** Outcomes of samples given as (student's first logit, right): nearer to 3 is a smaller KL. */
  private static SampleOutcomes outcomes(Object... samples) {
    SampleOutcomes.Builder outcomes = new SampleOutcomes.Builder();
    for (int i = 0; i < samples.length; i += 2) {
      float[] student = {((Number) samples[i]).floatValue(), 0};
      outcomes.add(student, TEACHER, (Boolean) samples[i + 1]);
    }
    return outcomes.build();
  }

  @Test
  void countsWhatTurnedWhileKlFell() {
    SampleOutcomes before =
        outcomes(0, true, 0, true, 0, false, 0, true, 2, true, 0, false, 1, true);
    SampleOutcomes now =
        outcomes(1, false, 2, true, 1, true, 0, false, 1, false, -1, true, 2, false);

    // Falling: samples 0, 1, 2 and 6; the fourth stays, the fifth and the sixth rise.
    assertThat(Drift.between(before, now)).contains(new Drift(7, 4, 2, 4, 3, 2, 1));
  }

  @Test
  void leavesOutSamplesWithoutALabel() {
    SampleOutcomes.Builder before = new SampleOutcomes.Builder();
    before.addUnlabelled();
    before.add(new float[] {0, 0}, TEACHER, true);
    SampleOutcomes.Builder now = new SampleOutcomes.Builder();
    now.addUnlabelled();
    now.add(new float[] {1, 0}, TEACHER, false);

    assertThat(Drift.between(before.build(), now.build())).contains(new Drift(1, 1, 0, 1, 1, 1, 0));
  }

  @Test
  void comparesNothingWithAnotherTestSetOrWithoutLabels() {
    SampleOutcomes.Builder unlabelled = new SampleOutcomes.Builder();
    unlabelled.addUnlabelled();

    assertThat(Drift.between(outcomes(0, true), outcomes(0, true, 1, true))).isEmpty();
    assertThat(Drift.between(unlabelled.build(), unlabelled.build())).isEmpty();
  }

  @Test
  void measuresTheDivergenceAtTemperatureFour() {
    SampleOutcomes.Builder one = new SampleOutcomes.Builder();
    one.add(new float[] {1, 0}, TEACHER, false);

    double p = 1 / (1 + Math.exp(-3 / 4.0));
    double q = 1 / (1 + Math.exp(-1 / 4.0));
    double kl = p * Math.log(p / q) + (1 - p) * Math.log((1 - p) / (1 - q));
    assertThat(one.build().kl(0)).isCloseTo((float) kl, within(1e-8f));
    assertThat(one.build().right(0)).isFalse();
  }

  @Test
  void keepsOutcomesInFourBytesASample() {
    SampleOutcomes.Builder some = new SampleOutcomes.Builder();
    some.addUnlabelled();
    some.add(TEACHER, TEACHER, false);
    some.add(TEACHER, TEACHER, true);
    for (int i = 0; i < 100; i++) {
      some.add(new float[] {i * 1e3f, -1e4f}, TEACHER, i % 2 == 0);
    }
    SampleOutcomes outcomes = some.build();

    byte[] bytes = outcomes.toBytes();

    assertThat(bytes).hasSize(4 * 103);
    SampleOutcomes back = SampleOutcomes.of(bytes);
    assertThat(back.known(0)).isFalse();
    assertThat(back.right(1)).isFalse();
    assertThat(back.right(2)).isTrue();
    for (int i = 1; i < outcomes.size(); i++) {
      assertThat(back.kl(i)).isEqualTo(outcomes.kl(i)).isGreaterThanOrEqualTo(0);
      assertThat(back.right(i)).isEqualTo(outcomes.right(i));
    }
  }
}
