package io.taustream.storage.label;

import io.taustream.storage.object.ObjectInfo;
import io.taustream.storage.object.ObjectStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Local copies of label files. A copy is named after location and version of its original and
 * appears under that name only when it is whole, so that processes may share the folder and a copy
 * is never out of date. Thread-safe.
 */
final class LabelCache {
  private static final int PREFETCH = 2;

  private final ObjectStore objects;
  private final Path folder;

  LabelCache(ObjectStore objects, Path folder) {
    this.objects = objects;
    this.folder = folder;
  }

  /** A local path of the object: its own for {@code file:}, else that of a copy. */
  Mono<Path> fetch(ObjectInfo info) {
    if (info.uri().isFile()) {
      return Mono.fromSupplier(info.uri()::toPath);
    }
    String identity = info.uri() + "\n" + info.version() + "\n" + info.size();
    UUID hash = UUID.nameUUIDFromBytes(identity.getBytes(StandardCharsets.UTF_8));
    Path copy = folder.resolve(hash + LabelFolder.SUFFIX);
    return Mono.fromCallable(() -> Files.exists(copy) && Files.size(copy) == info.size())
        .subscribeOn(Schedulers.boundedElastic())
        .flatMap(there -> there ? Mono.just(copy) : download(info, copy));
  }

  private Mono<Path> download(ObjectInfo info, Path copy) {
    Path part = folder.resolve(UUID.randomUUID() + ".part");
    return Mono.using(
        () -> {
          Files.createDirectories(folder);
          return FileChannel.open(part, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        },
        channel ->
            objects
                .read(info.uri())
                .publishOn(Schedulers.boundedElastic(), PREFETCH)
                .reduceWith(() -> 0L, (size, bytes) -> size + write(channel, bytes))
                .map(size -> publish(info, size, part, copy)),
        channel -> {
          try {
            channel.close();
            Files.deleteIfExists(part);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  private static int write(FileChannel channel, ByteBuffer bytes) {
    int size = bytes.remaining();
    try {
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return size;
  }

  private static Path publish(ObjectInfo info, long size, Path part, Path copy) {
    if (size != info.size()) {
      throw new LabelsMissingException(
          "%s changed while it was read (%d bytes became %d); try again"
              .formatted(info.uri(), info.size(), size));
    }
    try {
      return Files.move(part, copy, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
