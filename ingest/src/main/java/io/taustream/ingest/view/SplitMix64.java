package io.taustream.ingest.view;

/**
 * Counter-based random numbers: the output function of SplitMix64 (Steele, Lea and Flood, OOPSLA
 * 2014) over a seed and a counter. Equal arguments give equal numbers on every machine.
 */
final class SplitMix64 {
  private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

  private SplitMix64() {}

  /** 64 random bits. */
  static long bits(long seed, long counter) {
    long z = seed + (counter + 1) * GOLDEN_GAMMA;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  /** Uniform in [0, 1), a multiple of 2^−53. */
  static double uniform(long seed, long counter) {
    return (bits(seed, counter) >>> 11) * 0x1.0p-53;
  }

  /** Uniform in [0, bound), for bounds far below 2^53. */
  static int below(int bound, long seed, long counter) {
    return (int) (uniform(seed, counter) * bound);
  }
}
