package io.taustream.student.diagnose;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RankGroupsTest {
  @Test
  void keepsFewRanksApart() {
    assertThat(RankGroups.of(1).ends()).containsExactly(1);
    assertThat(RankGroups.of(4).ends()).containsExactly(1, 2, 3, 4);
    assertThat(RankGroups.of(20).ends()).hasSize(20);
  }

  @Test
  void groupsManyRanksByTheSeriesOfOneTwoFive() {
    assertThat(RankGroups.of(21).ends()).containsExactly(1, 2, 3, 5, 10, 20, 21);
    assertThat(RankGroups.of(100).ends()).containsExactly(1, 2, 3, 5, 10, 20, 50, 100);
    assertThat(RankGroups.of(1000).ends()).endsWith(200, 500, 1000).hasSize(11);
    assertThat(RankGroups.of(21_841).ends()).endsWith(10_000, 20_000, 21_841).hasSize(16);
  }

  @Test
  void putsRanksThatTopKLabelsDoNotTellIntoOneGroup() {
    assertThat(RankGroups.of(100, 4).ends()).containsExactly(1, 2, 3, 4, 100);
    assertThat(RankGroups.of(100, 30).ends()).containsExactly(1, 2, 3, 5, 10, 20, 30, 100);
    assertThat(RankGroups.of(10, 9)).isEqualTo(RankGroups.of(10));
  }

  @Test
  void ranksEachRowByItselfTheLowerClassFirstWhereLogitsTie() {
    float[] teacher = {
      -1, 7, 0.5f, -3, //
      2, 2, 9, -0f,
    };

    assertThat(RankGroups.of(4).groups(teacher)).containsExactly(2, 0, 1, 3, 1, 2, 0, 3);
    assertThat(RankGroups.of(3).groups(new float[] {-0f, 0f, 1e-30f})).containsExactly(1, 2, 0);
  }
}
