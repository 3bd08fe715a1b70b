package io.taustream.ingest.order;

/**
 * Random integers that are a pure function of (seed, epoch, purpose, count of draws): SplitMix64
 * (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014) from a
 * starting point hashed from the first three. Not thread-safe.
 */
final class Draws {
  private static final long GAMMA = 0x9E3779B97F4A7C15L;

  private long state;

  Draws(long seed, int epoch, Purpose purpose) {
    long hash = mix(seed + GAMMA);
    hash = mix(hash + GAMMA + epoch);
    this.state = mix(hash + GAMMA + purpose.tag);
  }

  /** Keeps draws for one use apart from those for another. The tags are part of the order. */
  enum Purpose {
    SHARDS(1),
    SAMPLES(2);

    private final int tag;

    Purpose(int tag) {
      this.tag = tag;
    }
  }

  /** Uniform in [0, bound), with a bias below bound / 2³². */
  int below(int bound) {
    state += GAMMA;
    return (int) (((mix(state) >>> 32) * bound) >>> 32);
  }

  private static long mix(long value) {
    long z = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
