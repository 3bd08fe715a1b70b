package io.taustream.student.ranking;

/**
 * What a run of pairs (i, j), (i, j + 1), … comes to. Small enough to stay in the first-level
 * cache.
 */
final class PairBuffers {
  /** Pairs at most. */
  static final int CAPACITY = 512;

  /** a(i, j). */
  final float[] agreement = new float[CAPACITY];

  /** ∂a(i, j)/∂sᵢ / k. */
  final float[] slope = new float[CAPACITY];

  /** For the agreements' own use. */
  final float[] weight = new float[CAPACITY];

  /** For the agreements' own use. */
  final float[] argument = new float[CAPACITY];
}
