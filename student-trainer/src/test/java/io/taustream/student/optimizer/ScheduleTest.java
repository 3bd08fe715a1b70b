package io.taustream.student.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class ScheduleTest {
  @Test
  void stepsDownAtEveryMilestone() {
    Schedule schedule = new Schedule.Step(0.1, List.of(150.0, 180.0), 0.1, 0);

    assertThat(schedule.learningRate(0)).isEqualTo(0.1);
    assertThat(schedule.learningRate(149.99)).isEqualTo(0.1);
    assertThat(schedule.learningRate(150)).isCloseTo(0.01, within(1e-12));
    assertThat(schedule.learningRate(200)).isCloseTo(0.001, within(1e-12));
  }

  @Test
  void followsHalfACosineAfterTheWarmUp() {
    Schedule schedule = new Schedule.Cosine(0.2, 11, 1);

    assertThat(schedule.learningRate(0)).isCloseTo(0.002, within(1e-12));
    assertThat(schedule.learningRate(0.5)).isCloseTo(0.101, within(1e-12));
    assertThat(schedule.learningRate(1)).isCloseTo(0.2, within(1e-12));
    assertThat(schedule.learningRate(6)).isCloseTo(0.1, within(1e-12));
    assertThat(schedule.learningRate(11)).isCloseTo(0, within(1e-12));
    assertThat(schedule.learningRate(12)).isCloseTo(0, within(1e-12));
  }

  @Test
  void warmsUpBeforeSteps() {
    Schedule schedule = new Schedule.Step(1, List.of(), 1, 2);

    assertThat(schedule.learningRate(1)).isCloseTo(0.505, within(1e-12));
    assertThat(schedule.learningRate(2)).isEqualTo(1);
  }

  @Test
  void staysInItsEpochWhereTheTotalWasGuessedLow() {
    assertThat(Schedule.fractionalEpoch(3, 500, 1000)).isEqualTo(3.5);
    assertThat(Schedule.fractionalEpoch(3, 1500, 1000)).isEqualTo(4);
    assertThat(Schedule.fractionalEpoch(3, 1500, 0)).isEqualTo(3);
  }

  @Test
  void refusesImpossibleSettings() {
    assertThatThrownBy(() -> new Schedule.Step(0.1, List.of(5.0, 5.0), 0.1, 0))
        .hasMessageContaining("do not rise");
    assertThatThrownBy(() -> new Schedule.Cosine(0.1, 1, 1)).hasMessageContaining("warm-up");
    assertThatThrownBy(() -> new Schedule.Cosine(Double.NaN, 9, 1)).hasMessageContaining("NaN");
  }
}
