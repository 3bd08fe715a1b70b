package io.taustream.storage.share;

import io.taustream.storage.label.SampleDigest;
import java.util.Arrays;

/**
 * Which samples a shard has, in four bytes each: enough to tell whether a row is of one of them.
 * Not thread-safe.
 */
public final class ShardSamples {
  private static final int FIRST = 1024;

  private int[] digests = new int[FIRST];
  private int count;
  private long crc32c;

  /** Adds the next sample, of ordinal {@link #count}. */
  public void add(String key, int label) {
    if (count == digests.length) {
      digests = Arrays.copyOf(digests, count * 2);
    }
    digests[count] = digest(count, key, label);
    count++;
  }

  /** States the CRC-32C of the shard's bytes, when all samples are there. */
  public void end(long crc) {
    crc32c = crc;
  }

  /** How many there are. */
  public int count() {
    return count;
  }

  /** CRC-32C of the shard's bytes. */
  public long crc32c() {
    return crc32c;
  }

  /** Whether the sample at that place has this key and this class. */
  boolean has(int ordinal, String key, int label) {
    return ordinal < count && digests[ordinal] == digest(ordinal, key, label);
  }

  private static int digest(int ordinal, String key, int label) {
    SampleDigest digest = new SampleDigest();
    digest.add(ordinal, label, key);
    return (int) digest.value();
  }
}
