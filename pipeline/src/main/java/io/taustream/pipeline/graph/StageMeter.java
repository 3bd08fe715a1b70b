package io.taustream.pipeline.graph;

import java.util.concurrent.atomic.LongAdder;

/**
 * Counts what one stage of the graph does. Thread-safe; adding costs two uncontended additions.
 *
 * <p>Two rates follow from it. By wall clock a stage is as fast as the slowest stage lets it be; by
 * busy time it is as fast as it could be. Their quotient is the busy share, and the stage nearest
 * to 1 is the one that the others wait for.
 */
public final class StageMeter {
  private final String stage;
  private final int threads;
  private final LongAdder images = new LongAdder();
  private final LongAdder busyNanos = new LongAdder();

  /**
   * @param stage the stage's name, such as {@code decode}
   * @param threads how many threads work in it at once
   */
  public StageMeter(String stage, int threads) {
    this.stage = stage;
    this.threads = threads;
  }

  /** Adds work that is done: images, and the nanoseconds that one thread was busy with them. */
  public void add(long images, long busyNanos) {
    this.images.add(images);
    this.busyNanos.add(busyNanos);
  }

  public String stage() {
    return stage;
  }

  /** What was done until now. */
  public Reading read() {
    return new Reading(stage, threads, images.sum(), busyNanos.sum());
  }

  /**
   * A stage's counts at one moment.
   *
   * @param busyNanos over all of the stage's threads
   */
  public record Reading(String stage, int threads, long images, long busyNanos) {
    /** The counts since an earlier moment. */
    public Reading since(Reading earlier) {
      return new Reading(stage, threads, images - earlier.images, busyNanos - earlier.busyNanos);
    }

    /** Images a second while the stage worked; NaN where it did nothing. */
    public double imagesPerBusySecond() {
      return busyNanos == 0 ? Double.NaN : images * 1e9 * threads / busyNanos;
    }

    /** The share of {@code wallNanos} that the stage worked in: the mean over its threads. */
    public double busyShare(long wallNanos) {
      return Math.min(1, busyNanos / (double) wallNanos / threads);
    }
  }
}
