package io.taustream.pipeline.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SampleStatisticsTest {
  @Test
  void hasTheUnbiasedDeviation() {
    SampleStatistics statistics =
        SampleStatistics.of(List.of(2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0));

    assertThat(statistics.count()).isEqualTo(8);
    assertThat(statistics.mean()).isEqualTo(5);
    assertThat(statistics.deviation()).isCloseTo(Math.sqrt(32.0 / 7), offset(1e-12));
  }

  @Test
  void oneNumberHasNoDeviation() {
    assertThat(SampleStatistics.of(List.of(3.0))).isEqualTo(new SampleStatistics(1, 3, Double.NaN));
  }

  @Test
  void noNumberHasNoMean() {
    assertThat(SampleStatistics.of(List.of()))
        .isEqualTo(new SampleStatistics(0, Double.NaN, Double.NaN));
  }

  @Test
  void equalNumbersDeviateByNothing() {
    assertThat(SampleStatistics.of(List.of(0.7, 0.7, 0.7)).deviation()).isCloseTo(0, offset(1e-15));
  }

  @Test
  void leavesOutWhatWasNotMeasured() {
    assertThat(SampleStatistics.of(List.of(1.0, Double.NaN, 3.0)))
        .isEqualTo(new SampleStatistics(2, 2, Math.sqrt(2)));
  }

  @Test
  void pairsDifferencesByKey() {
    SampleStatistics differences =
        SampleStatistics.ofDifferences(
            Map.of(7, 0.5, 8, 0.9, 9, 0.8), Map.of(9, 0.5, 7, 0.4, 8, 0.7));

    assertThat(differences.count()).isEqualTo(3);
    assertThat(differences.mean()).isCloseTo(0.2, offset(1e-12));
    assertThat(differences.deviation()).isCloseTo(0.1, offset(1e-12));
  }

  @Test
  void countsOnlyPairsThatAreWhole() {
    SampleStatistics differences =
        SampleStatistics.ofDifferences(
            Map.of(7, 5.0, 8, 9.0, 9, Double.NaN), Map.of(7, 4.0, 9, 1.0, 10, 3.0));

    assertThat(differences).isEqualTo(new SampleStatistics(1, 1, Double.NaN));
  }
}
