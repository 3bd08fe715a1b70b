package io.taustream.storage.label;

import io.taustream.storage.TaustreamException;
import io.taustream.storage.object.ObjectInfo;
import io.taustream.storage.object.ObjectStore;
import io.taustream.storage.object.ObjectUri;
import io.taustream.storage.object.PreconditionFailedException;
import io.taustream.storage.object.WriteCondition;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.arrow.memory.BufferAllocator;
import reactor.core.publisher.Mono;

/**
 * Joins label stores that were made on several machines: brings the label files of others, byte for
 * byte, into one. Blocking.
 *
 * <p>Of each file of a source, by what lies in the same place of the target:
 *
 * <ul>
 *   <li>nothing: it is copied;
 *   <li>a file of the same shard with equal record batches and as many views or more: it is
 *       skipped;
 *   <li>one with equal record batches and fewer views: it is replaced;
 *   <li>anything else is a conflict: another encoding or teacher, other bytes of the shard, or
 *       other logits.
 * </ul>
 *
 * <p>Of a set in which there is a conflict nothing is copied, or nothing more where the conflict
 * comes up on the way: half of a set by another teacher run would be worse than none. It is a
 * conflict too where the target's folder has labels of another encoding. Other sets are copied.
 * Record batches are compared by their checksums; a file is verified whole before it is written, so
 * damage does not spread, and a damaged file keeps no other from being copied. Writes are
 * conditional, and what is written is compared with what was judged: a labelling that goes on in
 * the target or a source meanwhile loses nothing. The manifest takes over which version of a shard
 * was labelled.
 */
public final class LabelMerge {
  private static final int ATTEMPTS = 5;

  private final ObjectStore objects;
  private final StoredLabels target;
  private final Path scratch;
  private final BufferAllocator allocator;

  /**
   * @param objects reaches target and sources; stays the caller's
   * @param target the root of the store that takes the others in; it need not exist
   * @param scratch a local folder with room for the largest label file; several processes may share
   *     it
   * @param allocator where decompressed record batches are accounted
   */
  public LabelMerge(
      ObjectStore objects, ObjectUri target, Path scratch, BufferAllocator allocator) {
    this.objects = objects;
    this.target = new StoredLabels(objects, target);
    this.scratch = scratch;
    this.allocator = allocator;
  }

  /**
   * What was done.
   *
   * @param copied files that the target did not have
   * @param superseded files of the target that were replaced by one with more views
   * @param skipped files that the target had
   * @param bytes written
   * @param conflicts one line each, naming both files
   * @param damaged files that could not be copied or replaced since they are damaged, one line each
   */
  public record Summary(
      int copied,
      int superseded,
      int skipped,
      long bytes,
      List<String> conflicts,
      List<String> damaged) {
    /** Whether the target now has all that the sources have. */
    public boolean isWhole() {
      return conflicts.isEmpty() && damaged.isEmpty();
    }
  }

  private static final class Tally {
    private final List<String> conflicts = new ArrayList<>();
    private final List<String> damaged = new ArrayList<>();
    private int copied;
    private int superseded;
    private int skipped;
    private long bytes;

    void count(ObjectInfo written, boolean replaced) {
      bytes += written.size();
      if (replaced) {
        superseded++;
      } else {
        copied++;
      }
    }
  }

  /**
   * Takes in one source after the other, so that sources that contradict each other are found too.
   *
   * @throws TaustreamException where a source has no label files or is the target
   */
  public Summary run(List<ObjectUri> sources) {
    for (ObjectUri source : sources) {
      if (source.equals(target.root())) {
        throw new TaustreamException(
            "%s is both target and source; name other stores as sources".formatted(source));
      }
    }
    Tally tally = new Tally();
    try (ScratchFolder folder = ScratchFolder.open(scratch)) {
      LabelCopy copy = new LabelCopy(objects, folder, allocator);
      sources.forEach(source -> take(source, copy, tally));
    }
    return new Summary(
        tally.copied,
        tally.superseded,
        tally.skipped,
        tally.bytes,
        List.copyOf(tally.conflicts),
        List.copyOf(tally.damaged));
  }

  private void take(ObjectUri source, LabelCopy copy, Tally tally) {
    StoredLabels from = new StoredLabels(objects, source);
    Map<LabelSet, List<StoredLabelFile>> sets = new LinkedHashMap<>();
    boolean empty = true;
    for (StoredLabels.Found found : from.found().toIterable()) {
      empty = false;
      if (found instanceof StoredLabels.Found.Whole whole) {
        sets.computeIfAbsent(whole.file().metadata().set(), set -> new ArrayList<>())
            .add(whole.file());
      } else {
        tally.damaged.add(((StoredLabels.Found.Damaged) found).why());
      }
    }
    if (empty) {
      throw new TaustreamException(
          "there are no label files under %s; name the root of a label store, the folder that"
                  .formatted(source)
              + " labels.store names");
    }
    sets.forEach((set, files) -> take(from, set, files, copy, tally));
  }

  private void take(
      StoredLabels source, LabelSet set, List<StoredLabelFile> files, LabelCopy copy, Tally tally) {
    LabelFolder folder = new LabelFolder(objects, target.root(), set);
    LabelIndex to = new LabelIndex(objects, folder, set);
    List<String> conflicts = new ArrayList<>();
    otherSet(source, folder, to).ifPresent(conflicts::add);
    if (conflicts.isEmpty()) {
      files.forEach(file -> conflict(file).ifPresent(conflicts::add));
    }
    if (!conflicts.isEmpty()) {
      tally.conflicts.addAll(conflicts);
      return;
    }
    LabelIndex from = new LabelIndex(objects, new LabelFolder(objects, source.root(), set), set);
    List<LabelManifest.Entry> entries = new ArrayList<>();
    try {
      for (StoredLabelFile file : files) {
        int before = tally.conflicts.size();
        take(source, file, copy, tally)
            .map(written -> entry(written, from))
            .ifPresent(entries::add);
        if (tally.conflicts.size() > before) {
          break;
        }
      }
    } catch (RuntimeException e) {
      index(to, entries).onErrorResume(TaustreamException.class, second -> Mono.empty()).block();
      throw e;
    }
    index(to, entries).block();
  }

  private static Mono<Void> index(LabelIndex to, List<LabelManifest.Entry> entries) {
    return entries.isEmpty() ? Mono.empty() : to.putAll(entries);
  }

  /** Why the target's folder cannot take in files of the set: it has those of another one. */
  private static Optional<String> otherSet(StoredLabels source, LabelFolder folder, LabelIndex to) {
    try {
      to.requireSameSet().block();
      folder
          .list()
          .concatMap(
              info ->
                  folder
                      .footer(info)
                      .onErrorResume(DamagedLabelFileException.class, e -> Mono.empty()))
          .next()
          .block();
      return Optional.empty();
    } catch (LabelsMismatchException e) {
      return Optional.of("%s contradicts it: %s".formatted(source.root(), e.getMessage()));
    }
  }

  /** Empty too where the target's file is damaged. */
  private Optional<String> conflict(StoredLabelFile file) {
    try {
      return LabelConflict.between(file, there(file));
    } catch (DamagedLabelFileException e) {
      // Told when the file's turn comes.
      return Optional.empty();
    }
  }

  private static LabelManifest.Entry entry(Written written, LabelIndex from) {
    StoredLabelFile file = written.file();
    String shard = file.metadata().shardName();
    LabelManifest.Entry entry = LabelManifest.Entry.ofFile(file.metadata(), written.info());
    return from.entry(shard, file.info())
        .map(old -> entry.madeFrom(old.uri(), old.version()))
        .defaultIfEmpty(entry)
        .block();
  }

  private Optional<StoredLabelFile> there(StoredLabelFile file) {
    return target.at(file.placeIn(target.root())).blockOptional();
  }

  /**
   * What was written.
   *
   * @param file of the source, as it was copied
   * @param info of the copy
   */
  private record Written(StoredLabelFile file, ObjectInfo info) {}

  /** Empty where nothing was written: the target has it, or the tally says why not. */
  private Optional<Written> take(
      StoredLabels source, StoredLabelFile listed, LabelCopy copy, Tally tally) {
    StoredLabelFile file = listed;
    TaustreamException lost = null;
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      try {
        Optional<StoredLabelFile> there = there(file);
        Optional<String> conflict = LabelConflict.between(file, there);
        if (conflict.isPresent()) {
          // Labelled into the target since the set was looked at.
          tally.conflicts.add(conflict.get());
          return Optional.empty();
        }
        if (there.isPresent() && there.get().metadata().views() >= file.metadata().views()) {
          tally.skipped++;
          return Optional.empty();
        }
        ObjectInfo written = copy.to(file.placeIn(target.root()), file, replacing(there));
        tally.count(written, there.isPresent());
        return Optional.of(new Written(file, written));
      } catch (PreconditionFailedException e) {
        lost = e;
      } catch (LabelsChangedException e) {
        // The source is being labelled: what it has now counts.
        lost = e;
        file = source.at(file.info().uri()).blockOptional().orElse(file);
      } catch (DamagedLabelFileException e) {
        tally.damaged.add(e.getMessage());
        return Optional.empty();
      }
    }
    throw lost;
  }

  private static WriteCondition replacing(Optional<StoredLabelFile> there) {
    return there
        .<WriteCondition>map(file -> new WriteCondition.IfVersion(file.info().version()))
        .orElseGet(WriteCondition.IfAbsent::new);
  }
}
