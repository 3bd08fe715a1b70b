package io.taustream.storage.label;

import io.taustream.storage.TaustreamException;
import io.taustream.storage.object.ObjectInfo;
import io.taustream.storage.object.ObjectNotFoundException;
import io.taustream.storage.object.ObjectStore;
import io.taustream.storage.object.ObjectUri;
import io.taustream.storage.object.PreconditionFailedException;
import io.taustream.storage.object.WriteCondition;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Predicate;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Objects in memory, with the semantics of S3: atomic whole writes under a condition. */
final class MemoryObjectStore implements ObjectStore {
  private static final class Content {
    final byte[] bytes;
    final String version;

    Content(byte[] bytes, String version) {
      this.bytes = bytes;
      this.version = version;
    }
  }

  private final ConcurrentSkipListMap<String, Content> objects = new ConcurrentSkipListMap<>();
  private final AtomicLong versions = new AtomicLong();
  final AtomicInteger reads = new AtomicInteger();

  /** Writes for which this holds fail, as if the process died just before them. */
  private volatile Predicate<ObjectUri> dying = uri -> false;

  /** Where this holds, another process always writes first. */
  private volatile Predicate<ObjectUri> contested = uri -> false;

  private volatile boolean refusing;
  private volatile Consumer<ObjectUri> beforeReading = uri -> {};

  /** Tells of each read just before it. */
  void beforeReading(Consumer<ObjectUri> told) {
    beforeReading = told;
  }

  void loseWriting(Predicate<ObjectUri> target) {
    contested = target;
  }

  /** From now on, nobody may write. */
  void refuseWriting() {
    refusing = true;
  }

  void dieBeforeWriting(Predicate<ObjectUri> target) {
    dying = target;
  }

  void put(ObjectUri uri, byte[] bytes) {
    objects.put(uri.toString(), new Content(bytes, "v" + versions.incrementAndGet()));
  }

  byte[] get(ObjectUri uri) {
    return objects.get(uri.toString()).bytes;
  }

  List<String> names() {
    return List.copyOf(objects.keySet());
  }

  @Override
  public Mono<ObjectInfo> stat(ObjectUri uri) {
    return Mono.fromCallable(() -> info(uri, find(uri)));
  }

  @Override
  public Flux<ObjectInfo> list(ObjectUri prefix) {
    String start = prefix.toString();
    return Flux.defer(() -> Flux.fromIterable(List.copyOf(objects.tailMap(start).entrySet())))
        .takeWhile(e -> e.getKey().startsWith(start))
        .map(e -> info(ObjectUri.parse(e.getKey(), Path.of("/")), e.getValue()));
  }

  @Override
  public Flux<ByteBuffer> read(ObjectUri uri) {
    return Flux.defer(
        () -> {
          beforeReading.accept(uri);
          return chunks(find(uri).bytes);
        });
  }

  @Override
  public Flux<ByteBuffer> read(ObjectUri uri, long offset, long length) {
    return Flux.defer(
        () -> {
          beforeReading.accept(uri);
          return chunks(Arrays.copyOfRange(find(uri).bytes, (int) offset, (int) (offset + length)));
        });
  }

  private Flux<ByteBuffer> chunks(byte[] bytes) {
    reads.incrementAndGet();
    int size = 1000;
    return Flux.range(0, (bytes.length + size - 1) / size)
        .map(
            i -> ByteBuffer.wrap(bytes, i * size, Math.min(size, bytes.length - i * size)).slice());
  }

  @Override
  public Mono<ObjectInfo> write(ObjectUri uri, ByteBuffer content, WriteCondition condition) {
    return Mono.fromCallable(
        () -> {
          byte[] bytes = new byte[content.remaining()];
          content.duplicate().get(bytes);
          if (refusing) {
            throw new TaustreamException("%s: access denied".formatted(uri));
          }
          if (dying.test(uri)) {
            throw new IllegalStateException("killed before writing " + uri);
          }
          Content next = new Content(bytes, "v" + versions.incrementAndGet());
          objects.compute(
              uri.toString(),
              (name, old) -> {
                if (contested.test(uri) || !holds(condition, old)) {
                  throw new PreconditionFailedException(uri + " is there in another version");
                }
                return next;
              });
          return info(uri, next);
        });
  }

  @Override
  public Mono<ObjectInfo> write(ObjectUri uri, Path content, WriteCondition condition) {
    return Mono.defer(
        () -> {
          try {
            return write(uri, ByteBuffer.wrap(Files.readAllBytes(content)), condition);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  private static boolean holds(WriteCondition condition, Content old) {
    if (condition instanceof WriteCondition.IfAbsent) {
      return old == null;
    }
    if (condition instanceof WriteCondition.IfVersion expected) {
      return old != null && old.version.equals(expected.version());
    }
    return true;
  }

  @Override
  public Mono<Void> delete(ObjectUri uri) {
    return Mono.fromRunnable(() -> objects.remove(uri.toString()));
  }

  private Content find(ObjectUri uri) {
    Content content = objects.get(uri.toString());
    if (content == null) {
      throw new ObjectNotFoundException("there is no " + uri);
    }
    return content;
  }

  private static ObjectInfo info(ObjectUri uri, Content content) {
    return new ObjectInfo(uri, content.bytes.length, content.version);
  }

  @Override
  public void close() {}
}
