package io.taustream.storage.label;

import io.taustream.storage.TaustreamException;
import io.taustream.storage.object.ObjectInfo;
import io.taustream.storage.object.ObjectNotFoundException;
import io.taustream.storage.object.ObjectStore;
import io.taustream.storage.object.ObjectUri;
import io.taustream.storage.sample.Shard;
import java.io.IOException;
import java.nio.file.Path;
import org.apache.arrow.memory.BufferAllocator;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * The stored labels of one {@link LabelSet}: one label file for each data shard, in {@code
 * <root>/<teacher-id>/<view-id>/}. Several processes may use one store at once, over one scratch
 * folder or several: they may label a shard twice, never damage it. Thread-safe. {@link
 * LabelFileWriter} specifies files and commit, {@link LabelManifest} the manifest.
 *
 * <p>All operations are cold and check, where they read anything, that what lies in the folder is
 * of this set; if not, they fail with {@link LabelsMismatchException}, which names both.
 */
public final class SoftLabelStore implements AutoCloseable {
  private final ObjectUri root;
  private final LabelSet set;
  private final BufferAllocator allocator;
  private final String writer;
  private final ScratchFolder scratch;
  private final LabelFolder folder;
  private final LabelIndex index;
  private final LabelCommit committer;
  private final LabelCache cache;
  private final LabelCompression compression;
  private final DecompressedBatches decompressed;

  private SoftLabelStore(
      ObjectStore objects,
      ObjectUri root,
      LabelSet set,
      Path scratch,
      BufferAllocator allocator,
      String version,
      LabelCompression compression) {
    this.root = root;
    this.set = set;
    this.allocator = allocator;
    this.writer = "taustream " + version;
    this.folder = new LabelFolder(objects, root, set);
    this.index = new LabelIndex(objects, folder, set);
    this.committer = new LabelCommit(objects, folder, index);
    this.cache = new LabelCache(objects, scratch.resolve("fetched"));
    this.compression = compression;
    this.decompressed = new DecompressedBatches(allocator, LabelFile.CACHE_BYTES);
    this.scratch = ScratchFolder.open(scratch);
  }

  /**
   * Opens a store; nothing in it is read or written yet, and it need not exist. Scratch files that
   * killed processes left in {@code scratch} are removed.
   *
   * @param objects stays the caller's
   * @param root what the configuration calls {@code labels.store}
   * @param scratch a local folder with room for the labels of the shards being labelled, and, for
   *     {@code s3:}, of the label files being read; several processes may share it
   * @param allocator accounts the writers' memory: at most 256 KiB each, or one row if that is more
   * @param version of Taustream, written to label files
   */
  public static SoftLabelStore open(
      ObjectStore objects,
      ObjectUri root,
      LabelSet set,
      Path scratch,
      BufferAllocator allocator,
      String version) {
    return open(objects, root, set, scratch, allocator, version, LabelCompression.NONE);
  }

  /**
   * Opens a store that compresses what it writes; it reads files of any compression.
   *
   * @param allocator accounts, besides, the compressed batches that were read last: up to 64 MiB,
   *     or one if that is more
   */
  public static SoftLabelStore open(
      ObjectStore objects,
      ObjectUri root,
      LabelSet set,
      Path scratch,
      BufferAllocator allocator,
      String version,
      LabelCompression compression) {
    return new SoftLabelStore(objects, root, set, scratch, allocator, version, compression);
  }

  public LabelSet set() {
    return set;
  }

  /** Where the shard's label file is or will be. */
  public ObjectUri location(Shard shard) {
    return folder.labelFile(shard.name());
  }

  /**
   * Whether the shard has labels. One request, as long as the manifest agrees with what lies there;
   * where it does not, a read of the label file's footer besides. The manifest knows which version
   * of the shard was labelled; without it, equal size counts as equal.
   */
  public Mono<LabelStatus> status(Shard shard) {
    return folder
        .stat(shard.name())
        .flatMap(info -> status(shard, info))
        .onErrorResume(ObjectNotFoundException.class, e -> Mono.just(new LabelStatus.Missing()));
  }

  private Mono<LabelStatus> status(Shard shard, ObjectInfo info) {
    Mono<LabelManifest.Entry> fromFile =
        folder.footer(info).map(footer -> LabelManifest.Entry.ofFile(footer.metadata(), info));
    return index
        .entry(shard.name(), info)
        .switchIfEmpty(fromFile)
        .map(entry -> judge(shard, entry))
        .onErrorResume(
            DamagedLabelFileException.class, e -> Mono.just(new LabelStatus.Stale(e.getMessage())));
  }

  private static LabelStatus judge(Shard shard, LabelManifest.Entry entry) {
    if (entry.size() != shard.size()) {
      return new LabelStatus.Stale(
          "made from %d bytes, %s has %d".formatted(entry.size(), shard.uri(), shard.size()));
    }
    if (entry.version() != null && !entry.version().equals(shard.version())) {
      return new LabelStatus.Stale(
          "made from version %s of %s, %s is version %s"
              .formatted(entry.version(), entry.uri(), shard.uri(), shard.version()));
    }
    return new LabelStatus.Complete(
        entry.rows(), entry.bytes(), Long.parseLong(entry.crc32c(), 16), entry.skipped());
  }

  /**
   * Begins to label a shard, whatever its status is. Blocks on local files.
   *
   * @return a writer; the caller closes it, before the store
   */
  public LabelFileWriter begin(Shard shard) {
    try {
      return new LabelFileWriter(
          shard, set, writer, compression, scratch.fresh(shard.name()), allocator, committer);
    } catch (IOException e) {
      throw new TaustreamException(
          "cannot write scratch files for the labels of %s: %s; is there room in the scratch folder?"
              .formatted(shard.name(), e),
          e);
    }
  }

  /**
   * Opens the shard's labels for reading: in place from {@code file:}; from {@code s3:} fetched to
   * the scratch folder first, once for each version. Cancelling ends a fetch. Fails with {@link
   * LabelsMissingException} where the status is not {@link LabelStatus.Complete}.
   *
   * @return the file; the caller closes it; it may outlive the store
   */
  public Mono<LabelFile> open(Shard shard) {
    return status(shard)
        .flatMap(
            status ->
                status instanceof LabelStatus.Complete complete
                    ? open(shard, complete)
                    : Mono.error(missing(shard, status)));
  }

  private Mono<LabelFile> open(Shard shard, LabelStatus.Complete complete) {
    return folder
        .stat(shard.name())
        .flatMap(cache::fetch)
        .publishOn(Schedulers.boundedElastic())
        .map(path -> open(path, shard, complete))
        .doOnDiscard(LabelFile.class, LabelFile::close);
  }

  private LabelFile open(Path path, Shard shard, LabelStatus.Complete complete) {
    LabelFile file = LabelFile.open(path, decompressed);
    set.requireSame(file.metadata().set(), "label file " + path);
    if (file.metadata().crc32c() != complete.crc32c()) {
      file.close();
      throw new LabelsMissingException(
          "the labels of shard %s were replaced while they were opened; try again"
              .formatted(shard.name()));
    }
    return file;
  }

  private LabelsMissingException missing(Shard shard, LabelStatus status) {
    String why =
        status instanceof LabelStatus.Stale stale
            ? "stale labels (%s)".formatted(stale.why())
            : "no labels";
    return new LabelsMissingException(
        "shard %s has %s of teacher %s, view %s, in %s; run 'taustream label' with the same configuration"
            .formatted(shard.name(), why, set.teacherId(), set.viewId(), root));
  }

  /**
   * Brings the manifest up to date with the label files. Never needed for what this class answers;
   * worth it before labelling, so that a status costs one request again.
   */
  public Mono<Void> refresh() {
    return index.refresh();
  }

  /** Removes this store's scratch files, except label files fetched for reading. */
  @Override
  public void close() {
    try {
      scratch.close();
    } catch (IOException e) {
      throw new TaustreamException(
          "cannot remove the scratch files of the label store %s: %s".formatted(root, e), e);
    }
  }
}
