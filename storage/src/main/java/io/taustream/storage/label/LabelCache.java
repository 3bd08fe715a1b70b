package io.taustream.storage.label;

import io.taustream.storage.TaustreamException;
import io.taustream.storage.object.ObjectInfo;
import io.taustream.storage.object.ObjectNotFoundException;
import io.taustream.storage.object.ObjectStore;
import io.taustream.storage.object.ObjectUri;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.CRC32C;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Local copies of the parts of label files that were asked for: {@code <folder>/<hash of the
 * location>/}, in it {@code footer-<hash of version and size>}, {@code head-<CRC-32C>} and {@code
 * batch-<n>-<CRC-32C>}. A part appears under its name only when it is whole and written through to
 * the disk, and is compared with its checksum whenever a reader begins with it: so processes may
 * share the folder, a copy is never out of date, and a broken one is fetched again. A file that has
 * grown has its first batches here already. Opening a file removes what other versions of it left.
 * A part that several threads of this process ask for at once is fetched once. Thread-safe.
 */
final class LabelCache {
  private static final int PREFETCH = 2;

  private final ObjectStore objects;
  private final Path folder;
  private final ConcurrentHashMap<Path, Mono<ByteBuffer>> underWay = new ConcurrentHashMap<>();

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

  /**
   * The file, of which no more than the footer is fetched: as {@code info} describes it, or as it
   * is now where it was replaced since.
   */
  Mono<Original> open(ObjectInfo info) {
    return LabelFolder.asItIsNow(objects, info, this::openAs);
  }

  private Mono<Original> openAs(ObjectInfo info) {
    CachedFile copies = copies(info.uri());
    String name = footerName(info);
    return Mono.fromCallable(() -> copies.footer(name, info))
        .subscribeOn(Schedulers.boundedElastic())
        .switchIfEmpty(Mono.defer(() -> fetchFooter(info, copies, name)))
        .map(footer -> new Original(info, footer))
        .doOnNext(original -> copies.keepOnly(names(original)))
        .onErrorMap(this::fault);
  }

  private Mono<LabelFooter> fetchFooter(ObjectInfo info, CachedFile copies, String name) {
    return LabelFolder.readFooterBytes(objects, info)
        .publishOn(Schedulers.boundedElastic())
        .flatMap(
            bytes ->
                Mono.fromCallable(
                    () -> {
                      // What cannot be read must not be kept.
                      LabelFooter footer =
                          LabelFooter.parse(bytes, info.size(), info.uri().toString());
                      copies.putFooter(name, bytes);
                      return footer;
                    }));
  }

  private static String footerName(ObjectInfo info) {
    return "footer-" + hash(info.version() + "\n" + info.size());
  }

  private static Set<String> names(Original original) {
    Set<String> names = new HashSet<>();
    names.add(footerName(original.info()));
    names.add(headPart(original).name());
    for (int i = 0; i < original.footer().blocks().size(); i++) {
      names.add(batchPart(original, i).name());
    }
    return names;
  }

  /** A record batch, mapped from its copy. Blocks while it is fetched. */
  ByteBuffer batch(Original original, int index) {
    return fetch(batchPart(original, index));
  }

  /** What comes before the first record batch. Blocks while it is fetched. */
  ByteBuffer head(Original original) {
    return fetch(headPart(original));
  }

  private static Part batchPart(Original original, int index) {
    LabelBlock block = original.footer().blocks().get(index);
    long crc32c = original.footer().checksums().get(index + 1);
    return new Part(original, "batch " + index, block.offset(), block.length(), crc32c);
  }

  private static Part headPart(Original original) {
    LabelFooter footer = original.footer();
    return new Part(original, "head", 0, footer.headLength(), footer.checksums().get(0));
  }

  private record Part(Original original, String what, long offset, long length, long crc32c) {
    String where() {
      return original.where() + ", " + what;
    }

    String name() {
      return "%s-%08x".formatted(what.replace(' ', '-'), crc32c);
    }
  }

  private ByteBuffer fetch(Part part) {
    CachedFile copies = copies(part.original().info().uri());
    Path copy = copies.path(part.name());
    return underWay
        .computeIfAbsent(
            copy,
            path ->
                Mono.fromCallable(() -> copies.map(part.name(), part.length(), part.crc32c()))
                    .subscribeOn(Schedulers.boundedElastic())
                    .switchIfEmpty(Mono.defer(() -> download(part, copies)))
                    .onErrorMap(this::fault)
                    // Before whoever waits is told: a fetch that failed is tried again at once.
                    .doOnTerminate(() -> underWay.remove(copy))
                    .cache())
        .block();
  }

  private Mono<ByteBuffer> download(Part part, CachedFile copies) {
    CRC32C crc = new CRC32C();
    return Mono.using(
            () -> copies.begin(part.name()),
            copy ->
                objects
                    .read(part.original().info().uri(), part.offset(), part.length())
                    .publishOn(Schedulers.boundedElastic(), PREFETCH)
                    .doOnNext(
                        bytes -> {
                          crc.update(bytes.duplicate());
                          copy.write(bytes);
                        })
                    .then(
                        Mono.fromCallable(
                            () -> {
                              requireWhole(part, crc.getValue());
                              return copy.publish();
                            })),
            CachedFile.Unfinished::close)
        .onErrorResume(TaustreamException.class, e -> explain(part, e));
  }

  private static void requireWhole(Part part, long crc32c) {
    if (crc32c != part.crc32c()) {
      throw new DamagedLabelFileException(
          "%s: its bytes differ from their CRC-32C in the footer; remove the file and label the shard again"
              .formatted(part.where()));
    }
  }

  /** A range of another version fails in many ways: the version tells. */
  private Mono<ByteBuffer> explain(Part part, TaustreamException fault) {
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

  /** A full disk, for one, is no bug. */
  private Throwable fault(Throwable e) {
    Throwable cause = e instanceof UncheckedIOException unchecked ? unchecked.getCause() : e;
    return cause instanceof IOException
        ? new TaustreamException(
            "cannot keep parts of label files in %s: %s; is it writable, and is there room?"
                .formatted(folder, cause),
            cause)
        : e;
  }

  private CachedFile copies(ObjectUri uri) {
    return new CachedFile(folder.resolve(hash(uri.toString())));
  }

  private static String hash(String text) {
    return UUID.nameUUIDFromBytes(text.getBytes(StandardCharsets.UTF_8)).toString();
  }
}
