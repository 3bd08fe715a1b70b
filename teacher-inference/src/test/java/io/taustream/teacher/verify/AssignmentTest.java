package io.taustream.teacher.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class AssignmentTest {
  @Property(tries = 60)
  void noOtherAssignmentHasALargerSum(
      @ForAll @IntRange(min = 1, max = 5) int rows,
      @ForAll @IntRange(min = 0, max = 3) int more,
      @ForAll long seed) {
    double[][] weights = random(rows, rows + more, seed);

    int[] columns = new Assignment(weights).columns();

    assertThat(columns).doesNotHaveDuplicates();
    assertThat(sum(weights, columns))
        .isCloseTo(largest(weights, 0, new boolean[rows + more]), within(1e-9));
  }

  @Property(tries = 60)
  void theBestWithoutAnEntryIsTheBestOfAllThatLackIt(
      @ForAll @IntRange(min = 2, max = 5) int rows,
      @ForAll @IntRange(min = 0, max = 3) int more,
      @ForAll long seed) {
    double[][] weights = random(rows, rows + more, seed);
    Assignment assignment = new Assignment(weights);
    for (int row = 0; row < rows; row++) {
      int entry = assignment.columns()[row];

      int[] columns = assignment.without(row);

      assertThat(columns).doesNotHaveDuplicates();
      assertThat(columns[row]).isNotEqualTo(entry);
      double[][] forbidden = Arrays.stream(weights).map(double[]::clone).toArray(double[][]::new);
      forbidden[row][entry] = -1000;
      assertThat(sum(weights, columns))
          .isCloseTo(largest(forbidden, 0, new boolean[rows + more]), within(1e-9));
    }
  }

  /** Few values, so that there are ties. */
  private static double[][] random(int rows, int columns, long seed) {
    Random random = new Random(seed);
    double[][] weights = new double[rows][columns];
    for (double[] row : weights) {
      Arrays.setAll(row, i -> random.nextInt(6) - 2);
    }
    return weights;
  }

  @Test
  void findsAPermutationOfMany() {
    int n = 300;
    int[] planted = IntStream.range(0, n).map(i -> (i * 7 + 3) % n).toArray();
    double[][] weights = new double[n][n];
    Random random = new Random(1);
    for (int row = 0; row < n; row++) {
      Arrays.setAll(weights[row], i -> random.nextDouble() / 2);
      weights[row][planted[row]] += 0.6;
    }
    assertThat(new Assignment(weights).columns()).containsExactly(planted);
  }

  @Test
  @Timeout(1)
  void fewRowsAmongManyColumnsTakeNoTime() {
    double[][] weights = new double[10][20_000];
    for (int row = 0; row < weights.length; row++) {
      Arrays.fill(weights[row], 0.1);
      // All want the same column first.
      weights[row][7] = 2;
      weights[row][19_000 - row] = 1;
    }
    int[] columns = new Assignment(weights).columns();
    assertThat(sum(weights, columns)).isCloseTo(9 + 2, within(1e-9));
  }

  @Test
  void moreRowsThanColumnsAreRefused() {
    assertThatThrownBy(() -> new Assignment(new double[3][2]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("3 rows have no column each among 2");
  }

  private static double sum(double[][] weights, int[] columns) {
    return IntStream.range(0, columns.length).mapToDouble(i -> weights[i][columns[i]]).sum();
  }

  private static double largest(double[][] weights, int row, boolean[] taken) {
    if (row == weights.length) {
      return 0;
    }
    double largest = Double.NEGATIVE_INFINITY;
    for (int c = 0; c < taken.length; c++) {
      if (!taken[c]) {
        taken[c] = true;
        largest = Math.max(largest, weights[row][c] + largest(weights, row + 1, taken));
        taken[c] = false;
      }
    }
    return largest;
  }
}
