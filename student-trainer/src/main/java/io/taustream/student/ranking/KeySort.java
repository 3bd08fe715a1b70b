package io.taustream.student.ranking;

import java.util.Arrays;

/**
 * Sorts numbers with their indices: a key has a number's integer in its upper half ({@link
 * OrderedRow#sortable}) and the index in its lower one, and the keys come in rising order of the
 * indices. Many are sorted by their digits, in time O(C). Not thread-safe.
 */
final class KeySort {
  // Below, comparing is as fast as clearing and summing the counts.
  private static final int FEW = 500;
  private static final int BITS = 11;
  private static final int MASK = (1 << BITS) - 1;

  private final int[] begins;
  private final long[] scratch;

  KeySort(int capacity) {
    boolean digits = capacity > FEW;
    begins = new int[digits ? 1 << BITS : 0];
    scratch = new long[digits ? capacity : 0];
  }

  /** Puts the keys, as many as the capacity, in rising order. */
  void sort(long[] keys) {
    if (scratch.length == 0) {
      Arrays.sort(keys);
      return;
    }
    long[] from = keys;
    long[] to = scratch;
    for (int shift = Integer.SIZE; shift < Long.SIZE; shift += BITS) {
      pass(from, to, shift);
      long[] swapped = from;
      from = to;
      to = swapped;
    }
    // After three passes they are in the scratch.
    System.arraycopy(from, 0, keys, 0, keys.length);
  }

  private void pass(long[] from, long[] to, int shift) {
    Arrays.fill(begins, 0);
    for (long key : from) {
      begins[digit(key, shift)]++;
    }
    int sum = 0;
    for (int digit = 0; digit < begins.length; digit++) {
      int count = begins[digit];
      begins[digit] = sum;
      sum += count;
    }
    for (long key : from) {
      to[begins[digit(key, shift)]++] = key;
    }
  }

  private static int digit(long key, int shift) {
    // The sign bit turned over makes the order that of unsigned numbers.
    return (int) ((key ^ Long.MIN_VALUE) >>> shift) & MASK;
  }
}
