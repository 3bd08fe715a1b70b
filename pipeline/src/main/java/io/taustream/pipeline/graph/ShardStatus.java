package io.taustream.pipeline.graph;

import io.taustream.ingest.format.Dataset;
import io.taustream.ingest.format.ShardReading;
import io.taustream.storage.label.DamagedLabelFileException;
import io.taustream.storage.label.LabelMetadata;
import io.taustream.storage.label.LabelStatus;
import io.taustream.storage.label.SampleDigest;
import io.taustream.storage.label.SoftLabelStore;
import io.taustream.storage.sample.Shard;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;

/**
 * The status of shards' labels, with doubts settled: where a shard has another version than the one
 * that was labelled but as many bytes, as a copy has, it is read once and compared. That costs far
 * less than a teacher.
 */
final class ShardStatus {
  private static final Logger LOG = LoggerFactory.getLogger(ShardStatus.class);

  private ShardStatus() {}

  /**
   * The status of a shard's labels, never {@link LabelStatus.Unproven}. Cold. It fails where a
   * shard that has to be compared cannot be read.
   */
  static Mono<LabelStatus> of(Dataset dataset, Shard shard, SoftLabelStore store) {
    return store
        .status(shard)
        .flatMap(
            status ->
                status instanceof LabelStatus.Unproven
                    ? settle(dataset.read(shard), store)
                    : Mono.just(status));
  }

  private static Mono<LabelStatus> settle(ShardReading reading, SoftLabelStore store) {
    Shard shard = reading.shard();
    return store
        .metadata(shard)
        .flatMap(labels -> settle(reading, labels, store))
        .onErrorResume(
            DamagedLabelFileException.class, e -> Mono.just(new LabelStatus.Stale(e.getMessage())));
  }

  private static Mono<LabelStatus> settle(
      ShardReading reading, LabelMetadata labels, SoftLabelStore store) {
    Set<Integer> skipped = Set.copyOf(labels.skipped());
    SampleDigest digest = new SampleDigest();
    return reading
        .samples()
        .filter(sample -> !skipped.contains(sample.ordinal()))
        .doOnNext(sample -> digest.add(sample.ordinal(), sample.label(), sample.key()))
        .then(Mono.defer(() -> store.confirm(reading.shard(), reading.crc32c(), digest.value())))
        .doOnNext(
            status -> {
              if (!(status instanceof LabelStatus.Stale)) {
                LOG.info(
                    "{}: another version, but the bytes that were labelled (CRC-32C {}): its labels"
                        + " stay",
                    reading.shard().name(),
                    "%08x".formatted(labels.crc32c()));
              }
            });
  }
}
