package io.taustream.storage.label;

import io.taustream.storage.object.ObjectInfo;
import io.taustream.storage.object.ObjectNotFoundException;
import io.taustream.storage.object.ObjectStore;
import io.taustream.storage.object.ObjectUri;
import io.taustream.storage.object.PreconditionFailedException;
import io.taustream.storage.object.WriteCondition;
import io.taustream.storage.sample.Shard;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;

/** The commit protocol of {@link LabelFileWriter}. Thread-safe. */
final class LabelCommit {
  private final ObjectStore objects;
  private final LabelFolder folder;
  private final LabelIndex index;

  LabelCommit(ObjectStore objects, LabelFolder folder, LabelIndex index) {
    this.objects = objects;
    this.folder = folder;
    this.index = index;
  }

  Mono<Void> commit(Shard shard, LabelMetadata metadata, Path file) {
    ObjectUri target = folder.labelFile(shard.name());
    return objects
        .stat(target)
        .map(Optional::of)
        .onErrorResume(ObjectNotFoundException.class, e -> Mono.just(Optional.empty()))
        .flatMap(existing -> write(existing, target, metadata, file))
        // Lost a race, or a passing fault hid that the write had succeeded: look again.
        .retryWhen(
            Retry.backoff(10, Duration.ofMillis(20))
                .maxBackoff(Duration.ofSeconds(1))
                .filter(PreconditionFailedException.class::isInstance)
                .onRetryExhaustedThrow((spec, signal) -> signal.failure()))
        .flatMap(
            stored -> index.put(LabelManifest.Entry.of(shard, stored.metadata(), stored.info())));
  }

  private record Stored(LabelMetadata metadata, ObjectInfo info) {}

  private Mono<Stored> write(
      Optional<ObjectInfo> existing, ObjectUri target, LabelMetadata metadata, Path file) {
    if (existing.isEmpty()) {
      return objects
          .write(target, file, new WriteCondition.IfAbsent())
          .map(info -> new Stored(metadata, info));
    }
    ObjectInfo info = existing.get();
    Mono<Stored> replace =
        objects
            .write(target, file, new WriteCondition.IfVersion(info.version()))
            .map(written -> new Stored(metadata, written));
    return folder
        .footer(info)
        .map(LabelFooter::metadata)
        .onErrorMap(
            ObjectNotFoundException.class,
            gone -> new PreconditionFailedException(info.uri() + " is gone", gone))
        .flatMap(
            there ->
                there.isOfSameShard(metadata) && there.views() >= metadata.views()
                    ? Mono.just(new Stored(there, info))
                    : replace)
        .onErrorResume(DamagedLabelFileException.class, e -> replace);
  }
}
