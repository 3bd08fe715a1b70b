package io.taustream.ingest.view;

import io.taustream.storage.Sha256;
import io.taustream.storage.TaustreamException;
import java.nio.charset.StandardCharsets;

/**
 * Which views a data set has: everything that decides their pixels, apart from the images.
 *
 * @param policy the policy's name
 * @param size width and height of a view in pixels, 1 to 1,024
 * @param seed the seed that every view's seed follows from; counts as 0 under a policy that is not
 *     random, whose views do not depend on it
 * @param count views of each sample, 1 to 65,535; 1 under a policy that is not random
 */
public record ViewSpec(String policy, int size, long seed, int count) {
  private static final int LARGEST = 1024;
  private static final int MOST_VIEWS = 65_535;
  private static final int ID_DIGITS = 12;

  public ViewSpec {
    boolean random = ViewPolicy.of(policy).random();
    if (size < 1 || size > LARGEST) {
      throw new TaustreamException(
          "view.size is %d; allowed: 1 to %d pixels".formatted(size, LARGEST));
    }
    if (count < 1 || count > MOST_VIEWS || (!random && count != 1)) {
      throw new TaustreamException(
          "view.count is %d; allowed with policy %s: %s"
              .formatted(count, policy, random ? "1 to " + MOST_VIEWS : "1"));
    }
    seed = random ? seed : 0;
  }

  /** The images as they are, at this size. */
  public static ViewSpec plain(int size) {
    return new ViewSpec(Plain.NAME, size, 0, 1);
  }

  /**
   * What label stores file these views under: the policy, {@code -}, 12 hex digits of a hash. It
   * does not depend on the count: a view is what it is, however many there are beside it.
   */
  public String id() {
    return policy + "-" + Sha256.hex(json()).substring(0, ID_DIGITS);
  }

  /** What each view follows from, as JSON: all but the count, the keys always in the same order. */
  public String json() {
    return "{\"policy\":\"%s\",\"size\":%d,\"seed\":%d}".formatted(policy, size, seed);
  }

  /** The policy itself. */
  public ViewPolicy rendering() {
    return ViewPolicy.of(policy);
  }

  /**
   * The seed of one view of one sample: a pure function of this specification's seed, the sample's
   * key and the view's number, wherever the sample lies.
   */
  public long viewSeed(String key, int view) {
    return SplitMix64.bits(SplitMix64.bits(seed, hash(key)), view);
  }

  /** FNV-1a, 64 bits, over the key's UTF-8 bytes. */
  private static long hash(String key) {
    long hash = 0xcbf29ce484222325L;
    for (byte b : key.getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ (b & 0xFF)) * 0x100000001b3L;
    }
    return hash;
  }
}
