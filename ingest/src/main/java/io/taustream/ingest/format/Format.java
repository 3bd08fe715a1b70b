package io.taustream.ingest.format;

import io.taustream.storage.object.ObjectInfo;
import io.taustream.storage.object.ObjectPattern;
import io.taustream.storage.object.ObjectStore;
import java.util.List;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** One way to lay a data set out in objects. Immutable; thread-safe. */
sealed interface Format permits WebDataset, Idx, CifarBinary, ImageFolder {
  /** Every format, in the order in which they are asked whether a name is theirs. */
  List<Format> ALL = List.of(new WebDataset(), new Idx(), new CifarBinary(), new ImageFolder());

  /** What the configuration calls it. */
  String name();

  /** Whether a pattern whose last element is {@code fileName}, in lower case, looks like it. */
  boolean claims(String fileName);

  /** The shards that the patterns stand for, in any order. */
  Mono<List<ShardSource>> find(ObjectStore store, DatasetSpec spec);

  /** The objects that the patterns stand for, each once, sorted by URI. */
  static Mono<List<ObjectInfo>> expand(ObjectStore store, DatasetSpec spec) {
    return Flux.fromIterable(spec.patterns())
        .concatMap(pattern -> ObjectPattern.parse(pattern, spec.base()).expand(store))
        .distinct(ObjectInfo::uri)
        .collectSortedList((a, b) -> a.uri().compareTo(b.uri()));
  }
}
