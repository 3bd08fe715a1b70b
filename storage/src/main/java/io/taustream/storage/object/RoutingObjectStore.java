package io.taustream.storage.object;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.function.Function;
import java.util.function.Supplier;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** Hands each request to the store of its scheme; opens the S3 store when it is first needed. */
final class RoutingObjectStore implements ObjectStore {
  private final ObjectStore files;
  private final Supplier<ObjectStore> openS3;
  private final Object lock = new Object();
  private ObjectStore s3;
  private boolean closed;

  RoutingObjectStore(ObjectStore files, Supplier<ObjectStore> openS3) {
    this.files = files;
    this.openS3 = openS3;
  }

  @Override
  public Mono<ObjectInfo> stat(ObjectUri uri) {
    return mono(uri, store -> store.stat(uri));
  }

  @Override
  public Flux<ObjectInfo> list(ObjectUri prefix) {
    return flux(prefix, store -> store.list(prefix));
  }

  @Override
  public Flux<ObjectInfo> list(ObjectUri prefix, int folders) {
    return flux(prefix, store -> store.list(prefix, folders));
  }

  @Override
  public Flux<ByteBuffer> read(ObjectUri uri) {
    return flux(uri, store -> store.read(uri));
  }

  @Override
  public Flux<ByteBuffer> read(ObjectUri uri, long offset, long length) {
    return flux(uri, store -> store.read(uri, offset, length));
  }

  @Override
  public Mono<ObjectInfo> write(ObjectUri uri, ByteBuffer content, WriteCondition condition) {
    return mono(uri, store -> store.write(uri, content, condition));
  }

  @Override
  public Mono<ObjectInfo> write(ObjectUri uri, Path content, WriteCondition condition) {
    return mono(uri, store -> store.write(uri, content, condition));
  }

  @Override
  public Mono<Void> delete(ObjectUri uri) {
    return mono(uri, store -> store.delete(uri));
  }

  @Override
  public Mono<Void> delete(ObjectInfo object) {
    return mono(object.uri(), store -> store.delete(object));
  }

  @Override
  public void close() {
    synchronized (lock) {
      if (closed) {
        return;
      }
      closed = true;
      files.close();
      if (s3 != null) {
        s3.close();
      }
    }
  }

  private <T> Mono<T> mono(ObjectUri uri, Function<ObjectStore, Mono<T>> request) {
    return store(uri).flatMap(request);
  }

  private <T> Flux<T> flux(ObjectUri uri, Function<ObjectStore, Flux<T>> request) {
    return store(uri).flatMapMany(request);
  }

  /** Off the caller's thread: opening S3 loads native code and may ask a metadata service. */
  private Mono<ObjectStore> store(ObjectUri uri) {
    return Mono.fromSupplier(() -> storeOf(uri)).subscribeOn(Schedulers.boundedElastic());
  }

  private ObjectStore storeOf(ObjectUri uri) {
    synchronized (lock) {
      if (closed) {
        throw new IllegalStateException("the object store is closed; asked for " + uri);
      }
      if (uri.isFile()) {
        return files;
      }
      if (s3 == null) {
        s3 = openS3.get();
      }
      return s3;
    }
  }
}
