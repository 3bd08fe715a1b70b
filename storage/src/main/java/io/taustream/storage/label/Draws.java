package io.taustream.storage.label;

import io.taustream.storage.sample.SampleView;

/**
 * Counter-based random numbers for encodings that draw: the output function of SplitMix64 (Steele,
 * Lea and Flood, OOPSLA 2014) over a seed and a counter. Equal arguments give equal numbers on
 * every machine.
 */
final class Draws {
  private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;
  private static final int SEED_DIGITS = 16;

  private Draws() {}

  /**
   * The seed of one row: it follows from the teacher and the view's seed, which itself follows from
   * the sample's key and the view's number. It is another stream than the view's pixels come from.
   *
   * @param teacherSha256 at least 16 hex digits
   */
  static long seed(String teacherSha256, SampleView sample) {
    long teacher = Long.parseUnsignedLong(teacherSha256.substring(0, SEED_DIGITS), 16);
    return bits(bits(teacher, 0) ^ sample.viewSeed(), 0);
  }

  /** Uniform in [0, 1), a multiple of 2^−53. */
  static double uniform(long seed, int counter) {
    return (bits(seed, counter) >>> 11) * 0x1.0p-53;
  }

  private static long bits(long seed, long counter) {
    long z = seed + (counter + 1) * GOLDEN_GAMMA;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
