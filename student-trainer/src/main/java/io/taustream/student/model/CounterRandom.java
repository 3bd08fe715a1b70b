package io.taustream.student.model;

import java.nio.charset.StandardCharsets;

/**
 * Random numbers that are a pure function of (seed, stream, index): the same on every machine,
 * device and thread count, in whatever order they are asked for. SplitMix64 (Steele, Lea and Flood,
 * "Fast splittable pseudorandom number generators", OOPSLA 2014), addressed by its counter; each
 * stream has a starting point of its own, hashed from its name.
 */
final class CounterRandom {
  private static final long GAMMA = 0x9E3779B97F4A7C15L;
  private static final double UNIT = 0x1.0p-53;

  private final long origin;

  CounterRandom(long seed, String stream) {
    long hash = mix(seed + GAMMA);
    for (byte b : stream.getBytes(StandardCharsets.UTF_8)) {
      hash = mix(hash + GAMMA + b);
    }
    this.origin = hash;
  }

  /** 64 random bits. */
  long whole(long index) {
    return mix(origin + (index + 1) * GAMMA);
  }

  /** Uniform in [0, 1), with 53 random bits. */
  double uniform(long index) {
    return (whole(index) >>> 11) * UNIT;
  }

  /**
   * Normal with mean 0 and deviation 1 (Box and Muller 1958). StrictMath, since Math's functions
   * may differ in the last bit from one JVM to another.
   */
  double normal(long index) {
    double radius = StrictMath.sqrt(-2 * StrictMath.log(1 - uniform(2 * index)));
    return radius * StrictMath.cos(2 * Math.PI * uniform(2 * index + 1));
  }

  private static long mix(long value) {
    long z = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
