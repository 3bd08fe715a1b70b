package io.taustream.student.ranking;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeySortTest {
  @ParameterizedTest
  @ValueSource(ints = {1, 10, 499, 500, 501, 5000})
  void ordersNumbersOfAnySizeAndSignAndEqualOnesByIndex(int count) {
    Random random = new Random(count);
    long[] keys = new long[count];
    for (int i = 0; i < count; i++) {
      float x =
          random.nextInt(3) == 0 ? random.nextInt(3) - 1 : Float.intBitsToFloat(random.nextInt());
      keys[i] = (long) OrderedRow.sortable(x) << 32 | i;
    }
    long[] expected = keys.clone();
    Arrays.sort(expected);
    KeySort sort = new KeySort(count);

    sort.sort(keys);

    assertThat(keys).containsExactly(expected);
  }
}
