package io.taustream.teacher.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class AssignmentTest {
  @Property(tries = 60)
  void noOtherAssignmentHasALargerSum(
      @ForAll @IntRange(min = 1, max = 7) int n, @ForAll long seed) {
    Random random = new Random(seed);
    double[][] weights = new double[n][n];
    for (double[] row : weights) {
      // Few values, so that there are ties.
      Arrays.setAll(row, i -> random.nextInt(6) - 2);
    }

    int[] columns = Assignment.best(weights);

    assertThat(Arrays.stream(columns).sorted().toArray())
        .containsExactly(IntStream.range(0, n).toArray());
    assertThat(sum(weights, columns)).isCloseTo(largest(weights, 0, new boolean[n]), within(1e-9));
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
    assertThat(Assignment.best(weights)).containsExactly(planted);
  }

  private static double sum(double[][] weights, int[] columns) {
    return IntStream.range(0, columns.length).mapToDouble(i -> weights[i][columns[i]]).sum();
  }

  private static double largest(double[][] weights, int row, boolean[] taken) {
    if (row == weights.length) {
      return 0;
    }
    double largest = Double.NEGATIVE_INFINITY;
    for (int c = 0; c < weights.length; c++) {
      if (!taken[c]) {
        taken[c] = true;
        largest = Math.max(largest, weights[row][c] + largest(weights, row + 1, taken));
        taken[c] = false;
      }
    }
    return largest;
  }
}
