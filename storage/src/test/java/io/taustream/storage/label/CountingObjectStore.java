package io.taustream.storage.label;

import io.taustream.storage.TaustreamException;
import io.taustream.storage.object.ObjectInfo;
import io.taustream.storage.object.ObjectStore;
import io.taustream.storage.object.ObjectUri;
import io.taustream.storage.object.WriteCondition;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Another store, of which the reads of label files and their bytes are counted. */
final class CountingObjectStore implements ObjectStore {
  private final ObjectStore store;
  private final AtomicInteger reads = new AtomicInteger();
  private final AtomicLong bytes = new AtomicLong();
  private final AtomicInteger faults = new AtomicInteger();

  CountingObjectStore(ObjectStore store) {
    this.store = store;
  }

  int reads() {
    return reads.get();
  }

  long bytes() {
    return bytes.get();
  }

  void reset() {
    reads.set(0);
    bytes.set(0);
  }

  /** The next reads of label files fail. */
  void failNext(int count) {
    faults.set(count);
  }

  private Flux<ByteBuffer> count(ObjectUri uri, Flux<ByteBuffer> content) {
    if (!uri.name().endsWith(LabelFolder.SUFFIX)) {
      return content;
    }
    return Flux.defer(
        () -> {
          reads.incrementAndGet();
          return faults.getAndUpdate(n -> Math.max(0, n - 1)) > 0
              ? Flux.error(new TaustreamException("the network is down"))
              : content.doOnNext(part -> bytes.addAndGet(part.remaining()));
        });
  }

  @Override
  public Mono<ObjectInfo> stat(ObjectUri uri) {
    return store.stat(uri);
  }

  @Override
  public Flux<ObjectInfo> list(ObjectUri prefix) {
    return store.list(prefix);
  }

  @Override
  public Flux<ByteBuffer> read(ObjectUri uri) {
    return count(uri, store.read(uri));
  }

  @Override
  public Flux<ByteBuffer> read(ObjectUri uri, long offset, long length) {
    return count(uri, store.read(uri, offset, length));
  }

  @Override
  public Mono<ObjectInfo> write(ObjectUri uri, ByteBuffer content, WriteCondition condition) {
    return store.write(uri, content, condition);
  }

  @Override
  public Mono<ObjectInfo> write(ObjectUri uri, Path content, WriteCondition condition) {
    return store.write(uri, content, condition);
  }

  @Override
  public Mono<Void> delete(ObjectUri uri) {
    return store.delete(uri);
  }

  @Override
  public void close() {
    store.close();
  }
}
