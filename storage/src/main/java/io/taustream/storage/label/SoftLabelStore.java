package io.taustream.storage.label;

import io.taustream.storage.TaustreamException;
import io.taustream.storage.object.ObjectInfo;
import io.taustream.storage.object.ObjectNotFoundException;
import io.taustream.storage.object.ObjectStore;
import io.taustream.storage.object.ObjectUri;
import io.taustream.storage.sample.Shard;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;
import org.apache.arrow.memory.BufferAllocator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * The stored labels of one {@link LabelSet}: one label file for each data shard, in {@code
 * <root>/<teacher-id>/<view-id>/}. A store is opened for so many views; files may hold more, of
 * which the first are read, or fewer, to which the others are added. Several processes may use one
 * store at once, over one scratch folder or several: they may label a shard twice, never damage it.
 * Thread-safe. {@link LabelFileWriter} specifies files and commit, {@link LabelManifest} the
 * manifest.
 *
 * <p>All operations are cold and check, where they read anything, that what lies in the folder is
 * of this set; if not, they fail with {@link LabelsMismatchException}, which names both.
 */
public final class SoftLabelStore implements AutoCloseable {
  /** As many as {@code view: uint16} tells apart. */
  private static final int MOST_VIEWS = 65_536;

  private static final Logger LOG = LoggerFactory.getLogger(SoftLabelStore.class);

  private final ObjectUri root;
  private final ObjectStore objects;
  private final LabelSet set;
  private final int views;
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
      int views,
      Path scratch,
      BufferAllocator allocator,
      String version,
      LabelCompression compression) {
    if (views < 1 || views > MOST_VIEWS) {
      throw new TaustreamException(
          "view.count is %d; allowed are 1 to %d".formatted(views, MOST_VIEWS));
    }
    this.objects = objects;
    this.root = root;
    this.set = set;
    this.views = views;
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
   * @param views of each sample that are asked for, 0 to {@code views} − 1; files may hold more
   * @param scratch a local folder with room for the labels of the shards being labelled, and, for
   *     {@code s3:}, of the label files being read; several processes may share it
   * @param allocator accounts the writers' memory: at most 256 KiB each, or one row if that is more
   * @param version of Taustream, written to label files
   */
  public static SoftLabelStore open(
      ObjectStore objects,
      ObjectUri root,
      LabelSet set,
      int views,
      Path scratch,
      BufferAllocator allocator,
      String version) {
    return open(objects, root, set, views, scratch, allocator, version, LabelCompression.NONE);
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
      int views,
      Path scratch,
      BufferAllocator allocator,
      String version,
      LabelCompression compression) {
    return new SoftLabelStore(objects, root, set, views, scratch, allocator, version, compression);
  }

  public LabelSet set() {
    return set;
  }

  /** How many views of each sample are asked for. */
  public int views() {
    return views;
  }

  /** Where the shard's label file is or will be. */
  public ObjectUri location(Shard shard) {
    return folder.labelFile(shard.name());
  }

  /**
   * Whether the shard has labels. One request, as long as the manifest agrees with what lies there;
   * where it does not, a read of the label file's footer besides. Only the manifest knows which
   * version of the shard was labelled: without it, the status is {@link LabelStatus.Unproven}.
   */
  public Mono<LabelStatus> status(Shard shard) {
    return folder
        .stat(shard.name())
        .flatMap(info -> status(shard, info))
        .onErrorResume(ObjectNotFoundException.class, e -> Mono.just(new LabelStatus.Missing()));
  }

  private Mono<LabelStatus> status(Shard shard, ObjectInfo info) {
    return entry(shard, info)
        .map(entry -> judge(shard, entry))
        .onErrorResume(
            DamagedLabelFileException.class, e -> Mono.just(new LabelStatus.Stale(e.getMessage())));
  }

  private Mono<LabelManifest.Entry> entry(Shard shard, ObjectInfo info) {
    Mono<LabelManifest.Entry> fromFile =
        folder.file(info).map(file -> index.ofFile(file.metadata(), file.info()));
    return index.entry(shard.name(), info).switchIfEmpty(fromFile);
  }

  private LabelStatus judge(Shard shard, LabelManifest.Entry entry) {
    if (entry.size() != shard.size()) {
      return new LabelStatus.Stale(
          "made from %d bytes, %s has %d".formatted(entry.size(), shard.uri(), shard.size()));
    }
    if (entry.version() == null) {
      return new LabelStatus.Unproven(
          "it is not known which version of %s they were made from".formatted(shard.uri()));
    }
    if (!entry.version().equals(shard.version())) {
      return new LabelStatus.Unproven(
          "made from version %s of %s, %s is version %s"
              .formatted(entry.version(), entry.uri(), shard.uri(), shard.version()));
    }
    if (entry.views() < views) {
      return new LabelStatus.Partial(entry.views(), views);
    }
    return new LabelStatus.Complete(
        entry.views(),
        entry.rows(),
        entry.bytes(),
        Long.parseLong(entry.crc32c(), 16),
        entry.skipped());
  }

  /**
   * What the shard's label file says of itself, whatever its status is. Fails where there is none,
   * with {@link ObjectNotFoundException}, or a damaged one.
   */
  public Mono<LabelMetadata> metadata(Shard shard) {
    return folder.stat(shard.name()).flatMap(folder::footer).map(LabelFooter::metadata);
  }

  /**
   * Compares a shard, whose status is {@link LabelStatus.Unproven}, with what was labelled; where
   * they are the same, the manifest's entry takes the shard's URI and version.
   *
   * @param crc32cOfShard CRC-32C of its bytes as read now
   * @param crc32cOfSamples {@link SampleDigest} of its samples but for those that were {@link
   *     LabelMetadata#skipped}
   * @return the status now: {@link LabelStatus.Stale} where the labels were made from another shard
   */
  public Mono<LabelStatus> confirm(Shard shard, long crc32cOfShard, long crc32cOfSamples) {
    return folder
        .stat(shard.name())
        .flatMap(info -> entry(shard, info))
        .flatMap(
            entry -> {
              String bytes = "%08x".formatted(crc32cOfShard);
              String samples = "%08x".formatted(crc32cOfSamples);
              if (entry.size() != shard.size() || !entry.crc32c().equals(bytes)) {
                return stale(shard, "bytes", entry.crc32c(), bytes);
              }
              if (!entry.samplesCrc32c().equals(samples)) {
                return stale(shard, "keys or classes", entry.samplesCrc32c(), samples);
              }
              LabelManifest.Entry same = entry.madeFrom(shard.uri().toString(), shard.version());
              return remember(same).thenReturn(judge(shard, same));
            });
  }

  /** A store that may only be read is used all the same; every process then compares for itself. */
  private Mono<Void> remember(LabelManifest.Entry entry) {
    return index
        .put(entry)
        .onErrorResume(
            e -> e instanceof TaustreamException && !(e instanceof LabelsMismatchException),
            e -> {
              LOG.warn(
                  "{}; that the labels of {} are right is known to this process only",
                  e.getMessage(),
                  entry.shard());
              return Mono.empty();
            });
  }

  private static Mono<LabelStatus> stale(Shard shard, String what, String labelled, String found) {
    return Mono.just(
        new LabelStatus.Stale(
            "made from %s with CRC-32C %s, %s has %s"
                .formatted(what, labelled, shard.uri(), found)));
  }

  /**
   * Begins to label a shard, whatever its status is. Blocks on local files.
   *
   * @return a writer; the caller closes it, before the store
   */
  public LabelFileWriter begin(Shard shard) {
    return begin(shard, Optional.empty());
  }

  /**
   * Begins to label the views that a shard lacks, where its status is {@link LabelStatus.Partial}.
   * What is there is read when the writer commits.
   *
   * @return a writer of {@link LabelFileWriter#missingViews}, which the caller closes, before the
   *     store; empty where no view is missing any more; fails where there is no label file, or a
   *     damaged one
   */
  public Mono<LabelFileWriter> extend(Shard shard) {
    return folder
        .stat(shard.name())
        .flatMap(folder::file)
        .map(file -> new LabelBase(objects, file.info(), file.footer()))
        .flatMap(
            base -> base.views() < views ? Mono.just(base) : known(shard, base).then(Mono.empty()))
        .publishOn(Schedulers.boundedElastic())
        .map(base -> begin(shard, Optional.of(base)))
        .doOnDiscard(LabelFileWriter.class, LabelFileWriter::close);
  }

  /** The manifest says that views are missing which the file has: the file is right. */
  private Mono<Void> known(Shard shard, LabelBase base) {
    // Asked anew first: an entry that was written meanwhile knows the shard's version.
    return index
        .entry(shard.name(), base.info())
        .hasElement()
        .flatMap(
            there ->
                there
                    ? Mono.empty()
                    : index.put(index.ofFile(base.footer().metadata(), base.info())));
  }

  private LabelFileWriter begin(Shard shard, Optional<LabelBase> base) {
    try {
      return new LabelFileWriter(
          shard,
          set,
          views,
          base,
          writer,
          compression,
          scratch.fresh(shard.name()),
          allocator,
          committer);
    } catch (IOException e) {
      throw new TaustreamException(
          "cannot write scratch files for the labels of %s: %s; is there room in the scratch folder?"
              .formatted(shard.name(), e),
          e);
    }
  }

  /**
   * Opens the shard's labels for reading: in place from {@code file:}; from {@code s3:} only the
   * footer is read, and record batches are fetched to the scratch folder as they are asked for,
   * once for each version. Fails with {@link LabelsMissingException} where the status is not {@link
   * LabelStatus.Complete}.
   *
   * @return the file; the caller closes it; it may outlive the store, but not the object store
   */
  public Mono<LabelFile> open(Shard shard) {
    return open(shard, this::open);
  }

  /**
   * Like {@link #open(Shard)}, for whoever wants to know what lies in the store: nothing is read
   * that was fetched before, and what is fetched is removed when the file is closed.
   */
  public Mono<LabelFile> openUncached(Shard shard) {
    return open(shard, this::openUncached);
  }

  private Mono<LabelFile> open(Shard shard, Function<ObjectInfo, Mono<LabelFile>> open) {
    return status(shard)
        .flatMap(
            status ->
                status instanceof LabelStatus.Complete complete
                    ? open(shard, complete.crc32c(), open)
                    : Mono.error(missing(shard, status)));
  }

  private Mono<LabelFile> open(
      Shard shard, long crc32c, Function<ObjectInfo, Mono<LabelFile>> open) {
    return folder
        .stat(shard.name())
        .flatMap(open)
        .doOnNext(file -> requireLabelled(file, shard, crc32c))
        .doOnDiscard(LabelFile.class, LabelFile::close);
  }

  private Mono<LabelFile> open(ObjectInfo info) {
    return info.uri().isFile()
        ? Mono.fromCallable(() -> LabelFile.open(info.uri().toPath(), decompressed))
            .subscribeOn(Schedulers.boundedElastic())
        : cache
            .open(info)
            .map(
                original ->
                    new LabelFile(original.where(), original.footer(), fetched(original, cache)));
  }

  private Mono<LabelFile> openUncached(ObjectInfo info) {
    if (info.uri().isFile()) {
      return open(info);
    }
    Path copies = scratch.fresh("fetched");
    LabelCache own = new LabelCache(objects, copies);
    return own.open(info)
        .map(
            original ->
                new LabelFile(
                    original.where(),
                    original.footer(),
                    new TemporaryBatches(fetched(original, own), copies)));
  }

  private FetchedBatches fetched(LabelCache.Original original, LabelCache from) {
    return new FetchedBatches(from, original, decompressed);
  }

  private void requireLabelled(LabelFile file, Shard shard, long crc32c) {
    try {
      set.requireSame(file.metadata().set(), "label file " + file.name());
    } catch (TaustreamException e) {
      file.close();
      throw e;
    }
    if (file.metadata().crc32c() != crc32c) {
      file.close();
      throw new LabelsMissingException(
          "the labels of shard %s were replaced while they were opened; try again"
              .formatted(shard.name()));
    }
  }

  private LabelsMissingException missing(Shard shard, LabelStatus status) {
    return new LabelsMissingException(
        "shard %s has %s of teacher %s, view %s, in %s; run 'taustream label' with the same configuration"
            .formatted(shard.name(), status.found(), set.teacherId(), set.viewId(), root));
  }

  /**
   * Brings the manifest up to date with the label files. Never needed for what this class answers;
   * worth it before labelling, so that a status costs one request again. Where other processes
   * write the manifest all the time, it is left to them.
   */
  public Mono<Void> refresh() {
    return index.refresh();
  }

  /** Removes this store's scratch files, except what was fetched of label files for reading. */
  @Override
  public void close() {
    scratch.close();
  }
}
