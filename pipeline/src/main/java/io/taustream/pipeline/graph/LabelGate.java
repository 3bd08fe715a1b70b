package io.taustream.pipeline.graph;

import io.taustream.storage.sample.Shard;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Lets a shard through when every teacher has labelled it, in the order that they come. It labels
 * one shard ahead of the one that is asked for, and no further. Thread-safe.
 */
final class LabelGate {
  private final List<ShardLabelling> teachers;
  private final Progress.Task progress;
  private final Set<String> open = ConcurrentHashMap.newKeySet();

  /**
   * @param teachers one labelling a teacher
   * @param progress told about each labelled batch
   */
  LabelGate(List<ShardLabelling> teachers, Progress.Task progress) {
    this.teachers = List.copyOf(teachers);
    this.progress = progress;
  }

  Flux<Shard> pass(Flux<Shard> shards) {
    return shards.concatMap(this::labelled, 1);
  }

  private Mono<Shard> labelled(Shard shard) {
    // In later epochs every shard has been here.
    if (open.contains(shard.name())) {
      return Mono.just(shard);
    }
    return Flux.fromIterable(teachers)
        .concatMap(teacher -> teacher.label(shard, progress), 1)
        .then(
            Mono.fromCallable(
                () -> {
                  open.add(shard.name());
                  return shard;
                }));
  }
}
