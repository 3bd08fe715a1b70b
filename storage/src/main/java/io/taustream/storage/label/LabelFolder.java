package io.taustream.storage.label;

import io.taustream.storage.TaustreamException;
import io.taustream.storage.object.ObjectInfo;
import io.taustream.storage.object.ObjectNotFoundException;
import io.taustream.storage.object.ObjectStore;
import io.taustream.storage.object.ObjectUri;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.function.Function;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The label files of one set in an object store, as far as their footers tell. Thread-safe. */
final class LabelFolder {
  static final String SUFFIX = ".arrow";
  private static final int FIRST_READ = 64 << 10;
  private static final int MOST_REPLACEMENTS = 5;

  private final ObjectStore objects;
  private final ObjectUri folder;
  private final LabelSet set;

  LabelFolder(ObjectStore objects, ObjectUri root, LabelSet set) {
    this.objects = objects;
    this.folder = set.folder(root);
    this.set = set;
  }

  ObjectUri labelFile(String shardName) {
    return folder.child(shardName + SUFFIX);
  }

  ObjectUri manifest() {
    return folder.child("manifest.json");
  }

  /** The manifest's bytes. */
  Mono<byte[]> readManifest() {
    return objects
        .read(manifest())
        .collect(ByteArrayOutputStream::new, LabelFolder::gather)
        .map(ByteArrayOutputStream::toByteArray);
  }

  private static void gather(ByteArrayOutputStream all, ByteBuffer part) {
    byte[] bytes = new byte[part.remaining()];
    part.get(bytes);
    all.writeBytes(bytes);
  }

  Mono<ObjectInfo> stat(String shardName) {
    return objects.stat(labelFile(shardName));
  }

  /** The label files that lie in the folder itself. */
  Flux<ObjectInfo> list() {
    ObjectUri prefix = folder.child("");
    return objects
        .list(prefix)
        .onErrorResume(ObjectNotFoundException.class, e -> Flux.empty())
        .filter(
            info ->
                info.uri().name().endsWith(SUFFIX)
                    && info.uri().equals(folder.child(info.uri().name())));
  }

  /** The file's footer, checked to be one of this folder's set. */
  Mono<LabelFooter> footer(ObjectInfo info) {
    return file(info).map(StoredLabelFile::footer);
  }

  /** The file as {@link #find} finds it, checked to be one of this folder's set. */
  Mono<StoredLabelFile> file(ObjectInfo info) {
    return find(objects, info)
        .doOnNext(file -> set.requireSame(file.metadata().set(), "label file " + info.uri()));
  }

  /** The footer of any label file as {@link #find} finds it. */
  static Mono<LabelFooter> readFooter(ObjectStore objects, ObjectInfo info) {
    return find(objects, info).map(StoredLabelFile::footer);
  }

  /**
   * Reads the end of any label file: one ranged read, or two if the footer is a long one. Where the
   * file was replaced since it was described, it is the file that lies there now, and described so.
   */
  static Mono<StoredLabelFile> find(ObjectStore objects, ObjectInfo info) {
    return asItIsNow(
        objects,
        info,
        now ->
            readFooterBytes(objects, now)
                .map(tail -> LabelFooter.parse(tail, now.size(), now.uri().toString()))
                .map(footer -> new StoredLabelFile(now, footer)));
  }

  /**
   * Reads an object that was described by a request of its own. If another process replaces it
   * between the two, the old size cuts the new object anywhere, which looks like damage: so where
   * reading fails and the version is another one now, it is read again as it is now.
   */
  static <T> Mono<T> asItIsNow(
      ObjectStore objects, ObjectInfo info, Function<ObjectInfo, Mono<T>> read) {
    return asItIsNow(objects, info, read, MOST_REPLACEMENTS);
  }

  private static <T> Mono<T> asItIsNow(
      ObjectStore objects, ObjectInfo info, Function<ObjectInfo, Mono<T>> read, int replacements) {
    return read.apply(info)
        .onErrorResume(
            TaustreamException.class,
            fault ->
                objects
                    .stat(info.uri())
                    .flatMap(
                        now ->
                            now.version().equals(info.version()) || replacements == 0
                                ? Mono.error(fault)
                                : asItIsNow(objects, now, read, replacements - 1)));
  }

  /** The bytes of the footer to the file's end. */
  static Mono<ByteBuffer> readFooterBytes(ObjectStore objects, ObjectInfo info) {
    return readTail(objects, info, FIRST_READ)
        .flatMap(
            tail -> {
              int length = LabelFooter.lengthFromTail(tail, info.size(), info.uri().toString());
              return length <= tail.limit()
                  ? Mono.just(tail.slice(tail.limit() - length, length))
                  : readTail(objects, info, length);
            });
  }

  private static Mono<ByteBuffer> readTail(ObjectStore objects, ObjectInfo info, int bytes) {
    int length = (int) Math.min(bytes, info.size());
    if (length == 0) {
      return Mono.just(ByteBuffer.allocate(0));
    }
    return objects
        .read(info.uri(), info.size() - length, length)
        .collect(() -> ByteBuffer.allocate(length), LabelFolder::append)
        .map(ByteBuffer::flip);
  }

  private static void append(ByteBuffer all, ByteBuffer part) {
    // An object that grew meanwhile gives no more than was asked for; be safe if a store does.
    part.limit(part.position() + Math.min(part.remaining(), all.remaining()));
    all.put(part);
  }
}
