package io.taustream.pipeline.graph;

import io.taustream.ingest.share.ShareFormat;
import io.taustream.pipeline.config.RunConfig;
import io.taustream.storage.TaustreamException;
import io.taustream.storage.label.LabelFile;
import io.taustream.storage.label.ScratchFolder;
import io.taustream.storage.object.ObjectInfo;
import io.taustream.storage.object.ObjectUri;
import io.taustream.storage.object.WriteCondition;
import io.taustream.storage.sample.Shard;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes a run's labels for programs in other languages: what {@code taustream labels export} does.
 * Each file is made in the scratch folder and written whole, over one that is there. Blocking.
 */
public final class LabelExport {
  private static final Logger LOG = LoggerFactory.getLogger(LabelExport.class);

  private final RunConfig config;
  private final Resources resources;
  private final String version;

  public LabelExport(RunConfig config, Resources resources, String version) {
    this.config = config;
    this.resources = resources;
    this.version = version;
  }

  /**
   * What was written.
   *
   * @param files where, one for each label file
   * @param rows in all of them
   * @param bytes of all of them
   */
  public record Summary(List<ObjectUri> files, long rows, long bytes) {}

  private record Exported(ObjectUri file, long rows, long bytes) {}

  /**
   * Exports the labels of training and test data, to {@code
   * <output>/<teacher-id>/<view-id>/<file>}.
   *
   * @param teacher whose labels; those of all if absent
   * @throws TaustreamException where a shard lacks labels, or cannot be written in this form
   */
  public Summary run(ShareFormat format, ObjectUri output, Optional<String> teacher) {
    RunConfig run = LabelledSet.only(config, teacher);
    DataSources data = DataSources.open(run.data(), resources.objects());
    List<TeacherSlot> slots = TeacherSlot.all(run, resources, version);
    try (ScratchFolder scratch = ScratchFolder.open(resources.scratch().resolve("shared"))) {
      List<LabelledSet> sets = LabelledSet.all(run, data, slots);
      requireWritable(format, output, sets);
      List<Exported> done =
          sets.stream()
              .flatMap(
                  set ->
                      set.dataset().shards().stream()
                          .map(shard -> export(set, shard, format, output, scratch)))
              .toList();
      return new Summary(
          done.stream().map(Exported::file).toList(),
          done.stream().mapToLong(Exported::rows).sum(),
          done.stream().mapToLong(Exported::bytes).sum());
    } finally {
      slots.forEach(TeacherSlot::close);
    }
  }

  /** Before anything is written: every shard can be, each to a place of its own. */
  private static void requireWritable(
      ShareFormat format, ObjectUri output, List<LabelledSet> sets) {
    Map<ObjectUri, ObjectUri> targets = new HashMap<>();
    for (LabelledSet set : sets) {
      for (Shard shard : set.dataset().shards()) {
        format.requireWritable(shard.name());
        ObjectUri target = target(set, shard, format, output);
        ObjectUri other = targets.put(target, shard.uri());
        if (target.equals(shard.uri()) || (other != null && !other.equals(shard.uri()))) {
          throw new TaustreamException(
              "the labels of %s would be written over %s; name another folder by --output, or give shards of their own names"
                  .formatted(shard.uri(), other == null ? target : "those of " + other));
        }
      }
    }
  }

  private static ObjectUri target(
      LabelledSet set, Shard shard, ShareFormat format, ObjectUri output) {
    return set.store().set().folder(output).child(format.fileName(shard.name()));
  }

  private Exported export(
      LabelledSet set, Shard shard, ShareFormat format, ObjectUri output, ScratchFolder scratch) {
    ObjectUri target = target(set, shard, format, output);
    Path file = scratch.fresh(format.fileName(shard.name()));
    // A copy of the shard that was labelled is as good as the shard.
    try (LabelFile stored =
        ShardStatus.of(set.dataset(), shard, set.store()).then(set.store().open(shard)).block()) {
      ObjectInfo source = new ObjectInfo(shard.uri(), shard.size(), shard.version());
      format.write(stored, source, resources.objects(), file);
      ObjectInfo written =
          resources.objects().write(target, file, new WriteCondition.Always()).block();
      Files.delete(file);
      LOG.info("{}: {} rows", target, stored.rows());
      return new Exported(target, stored.rows(), written.size());
    } catch (IOException e) {
      throw new TaustreamException(
          "cannot remove the scratch file %s: %s".formatted(file, e.getMessage()), e);
    }
  }
}
