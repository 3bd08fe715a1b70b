package io.taustream.ingest.batch;

import io.taustream.ingest.format.Sample;
import io.taustream.storage.TaustreamException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * The samples that could not be decoded: left out of the batches, told to a listener once each, and
 * a failure where they are too many. Thread-safe.
 */
public final class SkippedSamples {
  /** Below this, a share says little: a first sample that is skipped would be 100 %. */
  private static final int EARLIEST = 50;

  private final double mostShare;
  private final Listener listener;
  private final Map<String, TreeSet<Integer>> byShard = new HashMap<>();
  private long seen;
  private long skipped;
  private String example;

  /** Is told about each skipped sample once. */
  @FunctionalInterface
  public interface Listener {
    /**
     * A sample was left out.
     *
     * @param reason why it could not be decoded, a few words
     */
    void skipped(Sample sample, String reason);
  }

  /**
   * @param mostShare the share of skipped samples above which {@link #requireFew} fails, 0 to 1
   */
  public SkippedSamples(double mostShare, Listener listener) {
    this.mostShare = mostShare;
    this.listener = listener;
  }

  /** The ordinals of a shard's skipped samples, rising. */
  public synchronized List<Integer> ordinals(String shard) {
    return List.copyOf(byShard.getOrDefault(shard, new TreeSet<>()));
  }

  /** How many samples were skipped, each counted once. */
  public synchronized long count() {
    return byShard.values().stream().mapToLong(TreeSet::size).sum();
  }

  /** Counts samples that were seen before: in an earlier start of the run, or when labelled. */
  public synchronized void seenBefore(long samples, long amongThemSkipped) {
    seen += samples;
    skipped += amongThemSkipped;
  }

  synchronized void seen(int samples) {
    seen += samples;
  }

  synchronized void skip(Sample sample, String reason) {
    skipped++;
    if (example == null) {
      example = "'%s' of %s: %s".formatted(sample.key(), sample.shard().name(), reason);
    }
    if (byShard
        .computeIfAbsent(sample.shard().name(), name -> new TreeSet<>())
        .add(sample.ordinal())) {
      listener.skipped(sample, reason);
    }
  }

  /** Fails early once there are enough to tell. */
  synchronized void requireFewSoFar() {
    if (skipped >= EARLIEST) {
      requireFew();
    }
  }

  /**
   * To be called when a whole data set has been seen.
   *
   * @throws TaustreamException if more than the allowed share of the samples seen was skipped
   */
  public synchronized void requireFew() {
    if (skipped > mostShare * seen) {
      throw new TaustreamException(
          ("%d of %d samples could not be decoded, which is more than data.max-skipped allows (%s);"
                  + " the first is %s; mend the data or raise data.max-skipped")
              .formatted(
                  skipped, seen, mostShare, example == null ? "not known any more" : example));
    }
  }
}
