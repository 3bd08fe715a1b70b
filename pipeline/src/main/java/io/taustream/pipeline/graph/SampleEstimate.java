package io.taustream.pipeline.graph;

import io.taustream.ingest.format.Dataset;
import io.taustream.storage.sample.Shard;
import java.util.List;
import reactor.core.publisher.Mono;

/**
 * How many samples a data set has, told from its first shard and the sizes of the others: the
 * learning rate's schedule needs a number before the first epoch has been read. It is a pure
 * function of the data, so that a resumed run has the same one; and exact for a single shard.
 */
final class SampleEstimate {
  private SampleEstimate() {}

  /** Of all shards. Reads the first of them, without decoding. Cold. */
  static Mono<Long> of(Dataset dataset) {
    return of(dataset, dataset.shards());
  }

  /** The same for some of the shards, at least one. */
  static Mono<Long> of(Dataset dataset, List<Shard> shards) {
    Shard first = shards.get(0);
    double total = shards.stream().mapToLong(Shard::size).sum();
    return dataset
        .read(first)
        .samples()
        .count()
        .map(samples -> Math.max(1, Math.round(samples * total / first.size())));
  }
}
