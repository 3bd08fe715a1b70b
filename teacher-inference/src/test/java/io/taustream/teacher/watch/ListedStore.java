package io.taustream.teacher.watch;

import io.taustream.storage.TaustreamException;
import io.taustream.storage.object.ObjectInfo;
import io.taustream.storage.object.ObjectStore;
import io.taustream.storage.object.ObjectUri;
import io.taustream.storage.object.WriteCondition;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** A store that only lists, and whose listings a test decides on. */
final class ListedStore implements ObjectStore {
  private final Map<ObjectUri, ObjectInfo> objects = new ConcurrentSkipListMap<>();
  private final AtomicInteger listings = new AtomicInteger();
  private volatile Optional<String> fault = Optional.empty();

  static ObjectUri uri(String name) {
    return new ObjectUri("s3", "bucket", "teachers/" + name);
  }

  static ObjectInfo info(String name, String version) {
    return new ObjectInfo(uri(name), version.length(), version);
  }

  void put(String name, String version) {
    put(uri(name), version);
  }

  void put(ObjectUri uri, String version) {
    objects.put(uri, new ObjectInfo(uri, version.length(), version));
  }

  void remove(String name) {
    objects.remove(uri(name));
  }

  /** Listings fail with this from now on. */
  void fail(String reason) {
    fault = Optional.of(reason);
  }

  void mend() {
    fault = Optional.empty();
  }

  /** How often there was one. */
  int listings() {
    return listings.get();
  }

  @Override
  public Flux<ObjectInfo> list(ObjectUri prefix) {
    return Flux.defer(
        () -> {
          listings.incrementAndGet();
          return fault
              .<Flux<ObjectInfo>>map(reason -> Flux.error(new TaustreamException(reason)))
              .orElseGet(
                  () ->
                      Flux.fromStream(
                          objects.values().stream()
                              .filter(o -> o.uri().toString().startsWith(prefix.toString()))));
        });
  }

  @Override
  public Mono<ObjectInfo> stat(ObjectUri uri) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Flux<ByteBuffer> read(ObjectUri uri) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Flux<ByteBuffer> read(ObjectUri uri, long offset, long length) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Mono<ObjectInfo> write(ObjectUri uri, ByteBuffer content, WriteCondition condition) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Mono<ObjectInfo> write(ObjectUri uri, Path content, WriteCondition condition) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Mono<Void> delete(ObjectUri uri) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {}
}
