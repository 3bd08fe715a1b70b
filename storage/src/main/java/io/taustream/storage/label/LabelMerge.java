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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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
 * <p>Of a set in which there is a conflict nothing is copied: half of a set by another teacher run
 * would be worse than none. Other sets are copied. Record batches are compared by their checksums;
 * a file is verified whole before it is written, so damage does not spread. Writes are conditional:
 * a labelling that goes on in the target meanwhile loses nothing. The manifest takes over which
 * version of a shard was labelled.
 */
public final class LabelMerge {
  private static final Logger LOG = LoggerFactory.getLogger(LabelMerge.class);
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
   * @param conflicts one line each, naming both files; none: all is joined
   */
  public record Summary(
      int copied, int superseded, int skipped, long bytes, List<String> conflicts) {}

  private static final class Tally {
    private final List<String> conflicts = new ArrayList<>();
    private int copied;
    private int superseded;
    private int skipped;
    private long bytes;
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
        tally.copied, tally.superseded, tally.skipped, tally.bytes, List.copyOf(tally.conflicts));
  }

  private void take(ObjectUri source, LabelCopy copy, Tally tally) {
    Map<LabelSet, List<StoredLabelFile>> sets = new LinkedHashMap<>();
    for (StoredLabelFile file : new StoredLabels(objects, source).files().toIterable()) {
      sets.computeIfAbsent(file.metadata().set(), set -> new ArrayList<>()).add(file);
    }
    if (sets.isEmpty()) {
      throw new TaustreamException(
          "there are no label files under %s; name the root of a label store, the folder that"
                  .formatted(source)
              + " labels.store names");
    }
    sets.forEach((set, files) -> take(source, set, files, copy, tally));
  }

  private void take(
      ObjectUri source, LabelSet set, List<StoredLabelFile> files, LabelCopy copy, Tally tally) {
    List<String> conflicts =
        files.stream().flatMap(file -> LabelConflict.between(file, there(file)).stream()).toList();
    if (!conflicts.isEmpty()) {
      tally.conflicts.addAll(conflicts);
      return;
    }
    LabelIndex from = new LabelIndex(objects, new LabelFolder(objects, source, set), set);
    LabelIndex to = new LabelIndex(objects, new LabelFolder(objects, target.root(), set), set);
    List<LabelManifest.Entry> entries = new ArrayList<>();
    try {
      for (StoredLabelFile file : files) {
        take(file, copy, tally).map(written -> entry(file, from, written)).ifPresent(entries::add);
      }
    } finally {
      index(to, entries);
    }
  }

  /** A target whose manifest is busy judges the new files by themselves. */
  private static void index(LabelIndex to, List<LabelManifest.Entry> entries) {
    if (entries.isEmpty()) {
      return;
    }
    try {
      to.putAll(entries).block();
    } catch (ManifestBusyException e) {
      LOG.warn("{}", e.getMessage());
    }
  }

  private static LabelManifest.Entry entry(
      StoredLabelFile file, LabelIndex from, ObjectInfo written) {
    String shard = file.metadata().shardName();
    LabelManifest.Entry entry = LabelManifest.Entry.ofFile(file.metadata(), written);
    return from.entry(shard, file.info())
        .map(old -> entry.madeFrom(old.uri(), old.version()))
        .defaultIfEmpty(entry)
        .block();
  }

  private Optional<StoredLabelFile> there(StoredLabelFile file) {
    return target.at(file.placeIn(target.root())).blockOptional();
  }

  /** Empty where the target has it already. */
  private Optional<ObjectInfo> take(StoredLabelFile file, LabelCopy copy, Tally tally) {
    PreconditionFailedException lost = null;
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
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
      try {
        ObjectInfo written = copy.to(file.placeIn(target.root()), file, replacing(there));
        tally.bytes += written.size();
        if (there.isPresent()) {
          tally.superseded++;
        } else {
          tally.copied++;
        }
        return Optional.of(written);
      } catch (PreconditionFailedException e) {
        lost = e;
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
