package io.taustream.ingest.order;

import io.taustream.ingest.format.Sample;
import io.taustream.storage.sample.Shard;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import reactor.core.publisher.Flux;

/**
 * The order of an epoch: a permutation of the shards, then a shuffle window over their samples.
 * Both are pure functions of (seed, epoch) and of what they are given, so a run that stops in the
 * middle of an epoch resumes by skipping what it has seen. Immutable; thread-safe.
 *
 * @param seed any number
 * @param window the samples that the shuffle window holds at most; from 1, which keeps their order
 */
public record EpochOrder(long seed, int window) {
  public EpochOrder {
    if (window < 1) {
      throw new IllegalArgumentException("window: " + window + "; from 1");
    }
  }

  /**
   * The shards in the order of {@code epoch}: a permutation by Fisher and Yates (Knuth, TAOCP 2,
   * algorithm P).
   *
   * @param shards in an order that is the same each time, such as a data set's
   * @param epoch from 0
   */
  public List<Shard> shards(List<Shard> shards, int epoch) {
    Draws draws = new Draws(seed, epoch, Draws.Purpose.SHARDS);
    List<Shard> order = new ArrayList<>(shards);
    for (int i = order.size() - 1; i > 0; i--) {
      Collections.swap(order, i, draws.below(i + 1));
    }
    return List.copyOf(order);
  }

  /**
   * The samples in the order of {@code epoch}, through a shuffle window: it fills with {@code
   * window} samples, then gives one drawn at random for each that comes, and the rest in random
   * order at the end. Which sample is given when depends on nothing but seed, epoch and the
   * samples' own order.
   *
   * <p><b>Demand:</b> the first request asks for {@code window} samples one after another; from
   * then on one is asked for where one is asked of this flux. <b>Errors:</b> passed on at once,
   * samples still in the window are discarded. <b>Cancel:</b> passed on, samples in the window are
   * discarded. <b>Discard:</b> through the subscriber's discard hook. Each subscription has a
   * window of its own.
   *
   * @param epoch from 0
   */
  public Flux<Sample> shuffle(Flux<Sample> samples, int epoch) {
    return ShuffleWindow.over(samples, window, () -> new Draws(seed, epoch, Draws.Purpose.SAMPLES));
  }
}
