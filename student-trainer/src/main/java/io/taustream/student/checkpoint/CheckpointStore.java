package io.taustream.student.checkpoint;

import io.taustream.storage.TaustreamException;
import io.taustream.storage.object.ObjectInfo;
import io.taustream.storage.object.ObjectStore;
import io.taustream.storage.object.ObjectUri;
import io.taustream.storage.object.WriteCondition;
import java.nio.ByteBuffer;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A run's checkpoints in an object store: {@code checkpoint-000001234.safetensors} after step
 * 1,234. Each is written whole or not at all, and the newest few are kept. Thread-safe, as far as
 * one writer a run goes; the store is borrowed.
 */
public final class CheckpointStore {
  private static final Logger LOG = LoggerFactory.getLogger(CheckpointStore.class);
  private static final String PREFIX = "checkpoint-";
  private static final Pattern NAME = Pattern.compile("checkpoint-\\d{9,}\\.safetensors");
  // By step: a longer number is a larger one, since all are padded.
  private static final Comparator<ObjectInfo> NEWEST_FIRST =
      Comparator.comparing((ObjectInfo info) -> info.uri().name().length())
          .thenComparing(info -> info.uri().name())
          .reversed();

  private final ObjectStore store;
  private final ObjectUri folder;
  private final int keep;
  private final CheckpointFormat format = new CheckpointFormat();

  /**
   * Keeps checkpoints in a folder of their own.
   *
   * @param folder the run's {@code checkpoints} folder or prefix
   * @param keep how many of the newest stay, at least 1; 2 or more for a fall-back
   */
  public CheckpointStore(ObjectStore store, ObjectUri folder, int keep) {
    if (keep < 1) {
      throw new IllegalArgumentException("keeping " + keep + " checkpoints keeps none");
    }
    this.store = store;
    this.folder = folder;
    this.keep = keep;
  }

  /**
   * Writes a checkpoint, then removes those that are too old. The checkpoint is encoded at
   * subscription, on the subscriber's thread. Cancelling before the write has ended leaves the
   * earlier checkpoints as they are.
   *
   * @return what was written
   */
  public Mono<ObjectInfo> save(Checkpoint checkpoint) {
    ObjectUri uri = folder.child(name(checkpoint.progress().step()));
    return Mono.defer(
            () -> store.write(uri, format.encode(checkpoint), new WriteCondition.Always()))
        .flatMap(written -> removeOld().thenReturn(written));
  }

  /**
   * The newest checkpoint that reads whole; empty where the run has none. Damaged ones are passed
   * over with a warning in the log.
   *
   * @param fingerprint of the run that wants to go on
   * @return fails with {@link TaustreamException} if that checkpoint is of another run, or all are
   *     damaged
   */
  public Mono<Checkpoint> latest(String fingerprint) {
    return newestFirst()
        .collectList()
        .flatMap(
            found ->
                Flux.fromIterable(found)
                    .concatMap(this::read, 1)
                    .next()
                    .switchIfEmpty(noneIsWhole(found)))
        .map(checkpoint -> requireSameRun(checkpoint, fingerprint));
  }

  private Mono<Checkpoint> read(ObjectInfo info) {
    return store
        .read(info.uri())
        .collect(() -> ByteBuffer.allocate(Math.toIntExact(info.size())), CheckpointStore::append)
        .flatMap(
            content -> {
              try {
                return Mono.just(format.decode(content.flip()));
              } catch (DamagedCheckpointException e) {
                LOG.warn(
                    "Checkpoint {} is damaged ({}); the one before is used",
                    info.uri(),
                    e.getMessage());
                return Mono.empty();
              }
            });
  }

  private static void append(ByteBuffer content, ByteBuffer part) {
    // An object that grew since it was listed fails its checksum.
    content.put(part.slice().limit(Math.min(part.remaining(), content.remaining())));
  }

  private Mono<Checkpoint> noneIsWhole(List<ObjectInfo> found) {
    if (found.isEmpty()) {
      return Mono.empty();
    }
    return Mono.error(
        new TaustreamException(
            "None of the %d checkpoints under %s can be read; remove them or start over with --fresh"
                .formatted(found.size(), folder)));
  }

  private Checkpoint requireSameRun(Checkpoint checkpoint, String fingerprint) {
    String found = checkpoint.progress().fingerprint();
    if (!found.equals(fingerprint)) {
      throw new TaustreamException(
          "The checkpoint of step %d under %s was made with another configuration (fingerprint %s, this one is %s); start over with --fresh, change the configuration back, or use another name under 'run'"
              .formatted(checkpoint.progress().step(), folder, found, fingerprint));
    }
    return checkpoint;
  }

  private Mono<Void> removeOld() {
    return newestFirst().skip(keep).concatMap(old -> store.delete(old.uri())).then();
  }

  private Flux<ObjectInfo> newestFirst() {
    return store
        .list(folder.child(PREFIX))
        .filter(info -> NAME.matcher(info.uri().name()).matches())
        .sort(NEWEST_FIRST);
  }

  private static String name(long step) {
    return String.format(Locale.ROOT, "%s%09d.safetensors", PREFIX, step);
  }
}
