package io.taustream.student.evaluate;

import java.util.Arrays;
import java.util.OptionalDouble;

/**
 * Kendall's rank correlation τ-b of two rows of logits in O(C·log C) (Knight, JASA 61, 1966).
 *
 * <p>With n₀ = C·(C − 1)/2 pairs, n₁ tied in x, n₂ tied in y, n₃ tied in both, and d discordant,
 * τ_b = (n₀ − n₁ − n₂ + n₃ − 2d) / √((n₀ − n₁)·(n₀ − n₂)). Logits tie where they are equal as
 * floats; −0 equals 0. Where one row is constant, or C = 1, τ_b is not defined. Reuses its scratch
 * memory: not thread-safe.
 */
final class KendallTauB {
  private final long[] pairs;
  private final int[] y;
  private final int[] scratch;

  KendallTauB(int classes) {
    pairs = new long[classes];
    y = new int[classes];
    scratch = new int[classes];
  }

  /** τ_b, in [−1, 1]; empty where it is not defined. */
  OptionalDouble of(float[] first, float[] second) {
    return of(first, second, 0, 0);
  }

  /**
   * τ_b over the pairs whose order in the second row is known. The others must be tied there.
   *
   * @param unknown how many pairs are left out
   * @param unknownTied how many of these are tied in the first row
   */
  OptionalDouble of(float[] first, float[] second, long unknown, long unknownTied) {
    int n = pairs.length;
    for (int i = 0; i < n; i++) {
      long low = Integer.toUnsignedLong(ordered(second[i]) ^ Integer.MIN_VALUE);
      pairs[i] = ((long) ordered(first[i]) << Integer.SIZE) | low;
    }
    // By x, then by y: the low half is y's order as an unsigned number.
    Arrays.sort(pairs);
    long tiedInBoth = tiedPairs(0);
    long tiedInX = tiedPairs(Integer.SIZE);
    for (int i = 0; i < n; i++) {
      y[i] = (int) pairs[i] ^ Integer.MIN_VALUE;
    }
    long discordant = sortCountingSwaps();
    long tiedInY = 0;
    for (int i = 1, run = 1; i < n; i++) {
      run = y[i] == y[i - 1] ? run + 1 : 1;
      tiedInY += run - 1;
    }
    long all = (long) n * (n - 1) / 2;
    // In the numerator, what is left out cancels: it is tied in y.
    double scale =
        Math.sqrt((double) (all - unknown - tiedInX + unknownTied) * (double) (all - tiedInY));
    if (scale == 0) {
      return OptionalDouble.empty();
    }
    return OptionalDouble.of(
        (double) (all - tiedInX - tiedInY + tiedInBoth - 2 * discordant) / scale);
  }

  /** Pairs that are the same above the lowest {@code bits}, in the sorted order. */
  private long tiedPairs(int bits) {
    long tied = 0;
    long run = 1;
    for (int i = 1; i < pairs.length; i++) {
      run = pairs[i] >> bits == pairs[i - 1] >> bits ? run + 1 : 1;
      tied += run - 1;
    }
    return tied;
  }

  /** Merge sort of y from the bottom up; the swaps that a bubble sort would have made. */
  private long sortCountingSwaps() {
    long swaps = 0;
    int n = y.length;
    for (int width = 1; width < n; width *= 2) {
      for (int start = 0; start + width < n; start += 2 * width) {
        swaps += merge(start, start + width, Math.min(start + 2 * width, n));
      }
    }
    return swaps;
  }

  private long merge(int start, int middle, int end) {
    System.arraycopy(y, start, scratch, start, middle - start);
    long swaps = 0;
    int left = start;
    int right = middle;
    int out = start;
    while (left < middle) {
      if (right < end && y[right] < scratch[left]) {
        y[out++] = y[right++];
        swaps += middle - left;
      } else {
        y[out++] = scratch[left++];
      }
    }
    return swaps;
  }

  /** An int that is ordered as the float is. */
  private static int ordered(float value) {
    // Adding zero turns -0 into 0.
    int bits = Float.floatToIntBits(value + 0f);
    return bits ^ ((bits >> 31) & Integer.MAX_VALUE);
  }
}
