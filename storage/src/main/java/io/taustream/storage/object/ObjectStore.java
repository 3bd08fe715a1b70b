package io.taustream.storage.object;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Objects by name: whole writes, whole or ranged reads, listings. Thread-safe. Every publisher is
 * cold: each subscription is a request of its own. Passing faults are retried with jittered
 * back-off inside; what comes out as an error is final and is a {@link
 * io.taustream.storage.TaustreamException} that names the object and what to do.
 */
public interface ObjectStore extends AutoCloseable {
  /** The object's size and version; {@link ObjectNotFoundException} where there is none. */
  Mono<ObjectInfo> stat(ObjectUri uri);

  /**
   * Every object whose name begins with {@code prefix}'s, in the order of their names, page by page
   * on demand. Empty where there is none; a missing bucket is an error.
   */
  Flux<ObjectInfo> list(ObjectUri prefix);

  /**
   * Like {@link #list(ObjectUri)}, without the objects that lie more than {@code folders} folders
   * below: what is left of their names behind the prefix has at most that many slashes. Stores skip
   * deeper folders where they can instead of reading them.
   */
  default Flux<ObjectInfo> list(ObjectUri prefix, int folders) {
    int start = prefix.path().length();
    return list(prefix)
        .filter(o -> o.uri().path().chars().skip(start).filter(c -> c == '/').count() <= folders);
  }

  /**
   * The object's bytes. Demand reaches the source: no more than the requested buffers and one chunk
   * are held. Cancelling ends the request. Each buffer belongs to its receiver.
   */
  Flux<ByteBuffer> read(ObjectUri uri);

  /** Like {@link #read(ObjectUri)} for {@code length} bytes from {@code offset}. */
  Flux<ByteBuffer> read(ObjectUri uri, long offset, long length);

  /**
   * Writes the object whole or not at all; other readers see the old object or the new one. Fails
   * with {@link PreconditionFailedException} where {@code condition} does not hold.
   */
  Mono<ObjectInfo> write(ObjectUri uri, ByteBuffer content, WriteCondition condition);

  /**
   * Like {@link #write(ObjectUri, ByteBuffer, WriteCondition)} from a local file, in parts if
   * large.
   */
  Mono<ObjectInfo> write(ObjectUri uri, Path content, WriteCondition condition);

  /** Removes the object; completes too where there is none. */
  Mono<Void> delete(ObjectUri uri);

  /**
   * Removes the object only in the version that {@code object} states. Fails with {@link
   * PreconditionFailedException} where it has another one or is gone. The stores of this package
   * compare and remove in one step where the file system or the server can; this default asks and
   * removes, and a write between the two would be lost.
   */
  default Mono<Void> delete(ObjectInfo object) {
    return stat(object.uri())
        .onErrorMap(
            ObjectNotFoundException.class,
            gone -> new PreconditionFailedException(object.uri() + " is gone", gone))
        .flatMap(
            found ->
                found.version().equals(object.version())
                    ? delete(object.uri())
                    : Mono.error(
                        new PreconditionFailedException(
                            "%s has version %s; %s was to be removed: another process wrote it"
                                .formatted(object.uri(), found.version(), object.version()))));
  }

  @Override
  void close();
}
