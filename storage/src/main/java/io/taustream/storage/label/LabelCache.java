package io.taustream.storage.label;

import io.taustream.storage.TaustreamException;
import io.taustream.storage.object.ObjectInfo;
import io.taustream.storage.object.ObjectNotFoundException;
import io.taustream.storage.object.ObjectStore;
import io.taustream.storage.object.ObjectUri;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.CRC32C;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Local copies of the parts of label files that were asked for: {@code <folder>/<hash>/footer},
 * {@code head} and {@code batch-<n>}. The hash is over location, version and size of the original,
 * and a part appears under its name only when it is whole and agrees with its CRC-32C: so processes
 * may share the folder, and a copy is never out of date. A part that several threads of this
 * process ask for at once is fetched once. Thread-safe.
 */
final class LabelCache {
  private static final int PREFETCH = 2;

  private final ObjectStore objects;
  private final Path folder;
  private final ConcurrentHashMap<Path, Mono<Path>> underWay = new ConcurrentHashMap<>();

  LabelCache(ObjectStore objects, Path folder) {
    this.objects = objects;
    this.folder = folder;
  }

  /** A label file in one version. */
  record Original(ObjectInfo info, LabelFooter footer) {
    String where() {
      return info.uri().toString();
    }

    /** Whether all batches of an earlier version are the first ones of this, to their checksums. */
    boolean continues(Original earlier) {
      int blocks = earlier.footer.blocks().size();
      List<Long> before = earlier.footer.checksums();
      List<Long> now = footer.checksums();
      return footer.metadata().set().equals(earlier.footer.metadata().set())
          && footer.metadata().isOfSameShard(earlier.footer.metadata())
          && now.size() >= before.size()
          && now.subList(1, blocks + 1).equals(before.subList(1, blocks + 1));
    }
  }

  /** The file as it lies there now. */
  Mono<Original> find(ObjectUri uri) {
    return objects
        .stat(uri)
        .onErrorMap(ObjectNotFoundException.class, e -> changed(uri, "it is not there any more", e))
        .flatMap(this::open);
  }

  /** The file, of which no more than the footer is fetched. */
  Mono<Original> open(ObjectInfo info) {
    Path copy = copy(info, "footer");
    return Mono.fromCallable(() -> Files.exists(copy))
        .subscribeOn(Schedulers.boundedElastic())
        .flatMap(there -> there ? read(copy) : fetchFooter(info, copy))
        .map(
            bytes ->
                new Original(info, LabelFooter.parse(bytes, info.size(), info.uri().toString())));
  }

  private static Mono<ByteBuffer> read(Path copy) {
    return Mono.fromCallable(() -> ByteBuffer.wrap(Files.readAllBytes(copy)));
  }

  private Mono<ByteBuffer> fetchFooter(ObjectInfo info, Path copy) {
    return LabelFolder.readFooterBytes(objects, info)
        .publishOn(Schedulers.boundedElastic())
        .flatMap(
            bytes ->
                Mono.fromCallable(
                    () -> {
                      // What cannot be read must not be kept.
                      LabelFooter.parse(bytes, info.size(), info.uri().toString());
                      Files.createDirectories(copy.getParent());
                      Path part = part(copy);
                      try (FileChannel channel = create(part)) {
                        write(channel, bytes.duplicate());
                      }
                      Files.move(part, copy, StandardCopyOption.ATOMIC_MOVE);
                      return bytes;
                    }));
  }

  /** A copy of a record batch. Blocks while it is fetched. */
  Path batch(Original original, int index) {
    LabelBlock block = original.footer().blocks().get(index);
    return fetch(
        new Part(
            original,
            "batch-" + index,
            block.offset(),
            block.length(),
            original.footer().checksums().get(index + 1)));
  }

  /** A copy of what comes before the first record batch. Blocks while it is fetched. */
  Path head(Original original) {
    LabelFooter footer = original.footer();
    return fetch(new Part(original, "head", 0, footer.headLength(), footer.checksums().get(0)));
  }

  private record Part(Original original, String name, long offset, long length, long crc32c) {
    String where() {
      return original.where() + ", " + name.replace('-', ' ');
    }
  }

  private Path fetch(Part part) {
    Path copy = copy(part.original().info(), part.name());
    return underWay
        .computeIfAbsent(
            copy,
            name ->
                Mono.fromCallable(() -> Files.exists(copy) && Files.size(copy) == part.length())
                    .subscribeOn(Schedulers.boundedElastic())
                    .flatMap(there -> there ? Mono.just(copy) : download(part, copy))
                    .onErrorMap(IOException.class, UncheckedIOException::new)
                    // Before whoever waits is told: a fetch that failed is tried again at once.
                    .doOnTerminate(() -> underWay.remove(copy))
                    .cache())
        .block();
  }

  private Mono<Path> download(Part part, Path copy) {
    Path partial = part(copy);
    CRC32C crc = new CRC32C();
    return Mono.using(
            () -> {
              Files.createDirectories(copy.getParent());
              return create(partial);
            },
            channel ->
                objects
                    .read(part.original().info().uri(), part.offset(), part.length())
                    .publishOn(Schedulers.boundedElastic(), PREFETCH)
                    .doOnNext(
                        bytes -> {
                          crc.update(bytes.duplicate());
                          write(channel, bytes);
                        })
                    .then(Mono.fromCallable(() -> publish(part, crc.getValue(), partial, copy))),
            channel -> remove(channel, partial))
        .onErrorResume(TaustreamException.class, e -> explain(part, e));
  }

  private static Path publish(Part part, long crc32c, Path partial, Path copy) throws IOException {
    if (crc32c != part.crc32c()) {
      throw new DamagedLabelFileException(
          "%s: its bytes differ from their CRC-32C in the footer; remove the file and label the shard again"
              .formatted(part.where()));
    }
    return Files.move(partial, copy, StandardCopyOption.ATOMIC_MOVE);
  }

  /** A range of another version fails in many ways: the version tells. */
  private Mono<Path> explain(Part part, TaustreamException fault) {
    ObjectInfo before = part.original().info();
    return objects
        .stat(before.uri())
        .onErrorMap(
            ObjectNotFoundException.class,
            e -> changed(before.uri(), "it is not there any more", e))
        .flatMap(
            now ->
                Mono.error(
                    now.version().equals(before.version())
                        ? fault
                        : changed(
                            before.uri(),
                            "its version was %s and is %s"
                                .formatted(before.version(), now.version()),
                            fault)));
  }

  private static LabelsChangedException changed(ObjectUri uri, String how, Throwable cause) {
    return new LabelsChangedException(
        "label file %s was changed while it was read: %s; run the same command again to go on with"
                .formatted(uri, how)
            + " what is there now",
        cause);
  }

  private Path copy(ObjectInfo info, String name) {
    String identity = info.uri() + "\n" + info.version() + "\n" + info.size();
    UUID hash = UUID.nameUUIDFromBytes(identity.getBytes(StandardCharsets.UTF_8));
    return folder.resolve(hash.toString()).resolve(name);
  }

  private static Path part(Path copy) {
    return copy.resolveSibling(UUID.randomUUID() + ".part");
  }

  private static FileChannel create(Path file) throws IOException {
    return FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
  }

  private static void remove(FileChannel channel, Path partial) {
    try {
      channel.close();
      Files.deleteIfExists(partial);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void write(FileChannel channel, ByteBuffer bytes) {
    try {
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
