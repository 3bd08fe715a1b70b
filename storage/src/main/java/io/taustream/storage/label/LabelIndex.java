package io.taustream.storage.label;

import io.taustream.storage.object.ObjectInfo;
import io.taustream.storage.object.ObjectNotFoundException;
import io.taustream.storage.object.ObjectStore;
import io.taustream.storage.object.ObjectUri;
import io.taustream.storage.object.PreconditionFailedException;
import io.taustream.storage.object.WriteCondition;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;

/**
 * Reads and updates one folder's manifest. Updates are conditional writes that are tried again on a
 * conflict, so that no writer loses another's entries; writers of this process write each other's
 * waiting entries along. Where other processes write the manifest all the time, an update is left
 * to them: it is an index, which can be refreshed. Thread-safe.
 */
final class LabelIndex {
  private static final Logger LOG = LoggerFactory.getLogger(LabelIndex.class);
  private static final int CONCURRENT_FOOTERS = 8;
  private static final int MAX_ATTEMPTS = 40;

  private final ObjectStore objects;
  private final LabelFolder folder;
  private final LabelSet set;
  private final AtomicReference<Map<String, LabelManifest.Entry>> cached =
      new AtomicReference<>(Map.of());
  private final Map<String, LabelManifest.Entry> waiting = new ConcurrentHashMap<>();

  /** What this process knows, whether or not the manifest could be written. */
  private final Map<String, LabelManifest.Entry> own = new ConcurrentHashMap<>();

  LabelIndex(ObjectStore objects, LabelFolder folder, LabelSet set) {
    this.objects = objects;
    this.folder = folder;
    this.set = set;
  }

  /**
   * The entry that describes this label file; empty where neither this process has put one nor the
   * manifest has one.
   */
  Mono<LabelManifest.Entry> entry(String shardName, ObjectInfo label) {
    Mono<LabelManifest.Entry> put = describing(label, () -> own.get(shardName));
    Mono<LabelManifest.Entry> known = describing(label, () -> cached.get().get(shardName));
    return put.switchIfEmpty(known).switchIfEmpty(load().then(known));
  }

  /**
   * The entry of a label file of which only the footer was read. An entry of an older file tells of
   * which version of the shard it was, where both were made from the same bytes.
   */
  LabelManifest.Entry ofFile(LabelMetadata metadata, ObjectInfo label) {
    LabelManifest.Entry entry = LabelManifest.Entry.ofFile(metadata, label);
    return Stream.of(own, cached.get())
        .map(entries -> entries.get(metadata.shardName()))
        .filter(old -> old != null && old.version() != null && old.isOfSameBytes(entry))
        .findFirst()
        .map(old -> entry.madeFrom(old.uri(), old.version()))
        .orElse(entry);
  }

  private static Mono<LabelManifest.Entry> describing(
      ObjectInfo label, Supplier<LabelManifest.Entry> entry) {
    return Mono.fromSupplier(entry).filter(found -> found.describes(label));
  }

  /** Adds or replaces an entry; completes when the manifest holds it or a later one, or is busy. */
  Mono<Void> put(LabelManifest.Entry entry) {
    return putAll(List.of(entry));
  }

  /** Like {@link #put} with many entries in one write. */
  Mono<Void> putAll(List<LabelManifest.Entry> entries) {
    return Mono.defer(
        () -> {
          entries.forEach(entry -> waiting.put(entry.shard(), entry));
          entries.forEach(entry -> own.put(entry.shard(), entry));
          return update(false)
              .doFinally(signal -> entries.forEach(entry -> waiting.remove(entry.shard(), entry)));
        });
  }

  /** Brings the manifest up to date with the files that lie in the folder. */
  Mono<Void> refresh() {
    return update(true);
  }

  /** Fails with {@link LabelsMismatchException} where the manifest is another set's. */
  Mono<Void> requireSameSet() {
    return load().then();
  }

  private record Versioned(LabelManifest manifest, WriteCondition condition) {
    boolean isAbsent() {
      return condition instanceof WriteCondition.IfAbsent;
    }
  }

  private Mono<Void> update(boolean scan) {
    return Mono.defer(
            () -> load().flatMap(found -> current(found, scan).flatMap(now -> write(found, now))))
        .retryWhen(
            Retry.backoff(MAX_ATTEMPTS, Duration.ofMillis(10))
                .maxBackoff(Duration.ofSeconds(1))
                .jitter(0.9)
                .filter(PreconditionFailedException.class::isInstance)
                .onRetryExhaustedThrow((spec, signal) -> signal.failure()))
        .onErrorResume(
            PreconditionFailedException.class,
            e -> {
              // Label files answer for themselves until the manifest is refreshed.
              LOG.warn(
                  "{} was written by others {} times in a row; it is left to them",
                  folder.manifest(),
                  MAX_ATTEMPTS);
              return Mono.empty();
            });
  }

  /** An absent or broken manifest says nothing about the files that may lie there already. */
  private Mono<LabelManifest> current(Versioned found, boolean scan) {
    LabelManifest manifest = found.manifest();
    return scan || manifest.entries().isEmpty() ? scan(manifest) : Mono.just(manifest);
  }

  private Mono<Void> write(Versioned found, LabelManifest current) {
    Map<String, LabelManifest.Entry> along = Map.copyOf(waiting);
    LabelManifest next = current.with(along);
    Mono<?> written =
        next.equals(found.manifest()) && !found.isAbsent()
            ? Mono.empty()
            : objects.write(folder.manifest(), ByteBuffer.wrap(next.toJson()), found.condition());
    return written.then(
        Mono.fromRunnable(
            () -> {
              along.forEach(waiting::remove);
              cached.set(next.entries());
            }));
  }

  /** The manifest as it is; an empty one, to be written, where there is none or it is broken. */
  private Mono<Versioned> load() {
    ObjectUri uri = folder.manifest();
    LabelManifest empty = new LabelManifest(set, new TreeMap<>());
    return objects
        .stat(uri)
        .flatMap(
            info ->
                folder
                    .readManifest()
                    .map(
                        json ->
                            new Versioned(
                                parse(json, empty), new WriteCondition.IfVersion(info.version()))))
        .onErrorResume(
            ObjectNotFoundException.class,
            e -> Mono.just(new Versioned(empty, new WriteCondition.IfAbsent())))
        .doOnNext(found -> cached.set(found.manifest().entries()));
  }

  private LabelManifest parse(byte[] json, LabelManifest empty) {
    String where = folder.manifest().toString();
    try {
      LabelManifest manifest = LabelManifest.fromJson(json, where);
      set.requireSame(manifest.set(), "label store " + where);
      return manifest;
    } catch (DamagedLabelFileException e) {
      LOG.warn("{}; it is rebuilt from the label files", e.getMessage());
      return empty;
    }
  }

  /** What the files say, and of the manifest what agrees with them. */
  private Mono<LabelManifest> scan(LabelManifest manifest) {
    return folder
        .list()
        .flatMap(info -> scan(info, manifest), CONCURRENT_FOOTERS)
        .collectMap(LabelManifest.Entry::shard, e -> e, TreeMap::new)
        .map(entries -> new LabelManifest(set, new TreeMap<>(entries)));
  }

  private Mono<LabelManifest.Entry> scan(ObjectInfo info, LabelManifest manifest) {
    String name = info.uri().name();
    LabelManifest.Entry old =
        manifest.entries().get(name.substring(0, name.length() - LabelFolder.SUFFIX.length()));
    if (old != null && old.describes(info)) {
      return Mono.just(old);
    }
    return folder
        .file(info)
        .map(file -> ofFile(file.metadata(), file.info()))
        .onErrorResume(
            DamagedLabelFileException.class,
            e -> {
              LOG.warn("{}", e.getMessage());
              return Mono.empty();
            });
  }
}
