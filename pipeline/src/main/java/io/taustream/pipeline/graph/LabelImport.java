package io.taustream.pipeline.graph;

import io.taustream.ingest.format.ShardReading;
import io.taustream.ingest.share.ShareFormat;
import io.taustream.ingest.view.ViewSpec;
import io.taustream.pipeline.config.RunConfig;
import io.taustream.storage.TaustreamException;
import io.taustream.storage.label.LabelCompression;
import io.taustream.storage.label.LabelStatus;
import io.taustream.storage.label.ScratchFolder;
import io.taustream.storage.label.SoftLabelStore;
import io.taustream.storage.object.ObjectInfo;
import io.taustream.storage.object.ObjectNotFoundException;
import io.taustream.storage.object.ObjectUri;
import io.taustream.storage.sample.Shard;
import io.taustream.storage.share.ShardSamples;
import io.taustream.storage.share.ShareHeader;
import io.taustream.storage.share.ShareImport;
import io.taustream.storage.share.ShareReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;

/**
 * Brings labels that another program wrote into a run's label store: what {@code taustream labels
 * import} does. Each file's shard is read once and every row compared with it; a label file is
 * committed whole or not at all. Labels that a shard has already, of as many views, stay. Blocking.
 */
public final class LabelImport {
  private static final Logger LOG = LoggerFactory.getLogger(LabelImport.class);

  private final RunConfig config;
  private final Resources resources;
  private final String version;

  public LabelImport(RunConfig config, Resources resources, String version) {
    this.config = config;
    this.resources = resources;
    this.version = version;
  }

  /**
   * What was done.
   *
   * @param imported files that label files were made of
   * @param kept files of shards that had labels of as many views: these stay
   * @param rows imported
   */
  public record Summary(int imported, int kept, long rows) {}

  /**
   * Imports.
   *
   * @param input a file, or a folder, with those below it
   * @param teacher whose labels they are, needed where the configuration has several and the files
   *     do not say which
   * @throws TaustreamException where there is no file, or one is refused, naming it; those before
   *     it have been imported
   */
  public Summary run(ObjectUri input, Optional<String> teacher) {
    RunConfig run = LabelledSet.only(config, teacher);
    List<ObjectInfo> files = files(input);
    DataSources data = DataSources.open(run.data(), resources.objects());
    List<TeacherSlot> slots = TeacherSlot.all(run, resources, version);
    try (ScratchFolder scratch = ScratchFolder.open(resources.scratch().resolve("shared"))) {
      List<LabelledSet> sets = LabelledSet.all(run, data, slots);
      List<OptionalLong> rows = files.stream().map(file -> take(file, run, sets, scratch)).toList();
      int imported = (int) rows.stream().filter(OptionalLong::isPresent).count();
      return new Summary(
          imported,
          rows.size() - imported,
          rows.stream().flatMapToLong(OptionalLong::stream).sum());
    } finally {
      slots.forEach(TeacherSlot::close);
    }
  }

  private List<ObjectInfo> files(ObjectUri input) {
    List<ObjectInfo> files =
        resources
            .objects()
            .list(input.child(""))
            .onErrorResume(ObjectNotFoundException.class, e -> Flux.empty())
            .filter(info -> ShareFormat.ofFile(info.uri().name()).isPresent())
            .collectList()
            .block();
    if (files.isEmpty() && ShareFormat.ofFile(input.name()).isPresent()) {
      return List.of(resources.objects().stat(input).block());
    }
    if (files.isEmpty()) {
      throw new TaustreamException(
          "there are no labels to import under %s; name a folder of .parquet or .tar files, or one of them"
              .formatted(input));
    }
    return files;
  }

  /** The rows that were imported; empty where those that were there stay. */
  private OptionalLong take(
      ObjectInfo info, RunConfig run, List<LabelledSet> sets, ScratchFolder scratch) {
    ShareFormat format = ShareFormat.ofFile(info.uri().name()).orElseThrow();
    Path copy = scratch.fresh(info.uri().name());
    try (ShareReader file = format.open(info, resources.objects(), copy)) {
      ShareHeader header = file.header();
      LabelledSet set = find(header, sets);
      Shard shard = shard(header, set).orElseThrow();
      header.requireFits(set.store().set(), shard);
      requirePossible(header, set);
      LabelStatus status = ShardStatus.of(set.dataset(), shard, set.store()).block();
      if (views(status) >= header.views()) {
        LOG.info("{}: shard {} has labels already, which stay", info.uri(), shard.name());
        return OptionalLong.empty();
      }
      try (SoftLabelStore store = store(run, set, header.views())) {
        long rows =
            new ShareImport(store, set.view()::viewSeed, resources.allocator())
                .run(file, shard, read(set.dataset().read(shard)))
                .rows();
        LOG.info("{}: {} rows", store.location(shard), rows);
        return OptionalLong.of(rows);
      }
    } finally {
      remove(copy);
    }
  }

  private static int views(LabelStatus status) {
    if (status instanceof LabelStatus.Complete complete) {
      return complete.views();
    }
    return status instanceof LabelStatus.Partial partial ? partial.views() : 0;
  }

  /** The set that the file's labels are of: of its views, with its shard, by its teacher. */
  private static LabelledSet find(ShareHeader header, List<LabelledSet> sets) {
    List<LabelledSet> found =
        narrow(
            narrow(
                narrow(
                    sets,
                    set -> shard(header, set).isPresent(),
                    header,
                    "shard " + header.shardName() + ", which the data do not have"),
                set -> set.store().set().viewId().equals(header.viewId()),
                header,
                "view %s, this configuration has %s"
                    .formatted(
                        header.viewId(),
                        sets.stream().map(s -> s.store().set().viewId()).distinct().toList())),
            set ->
                header.teacherSha256().map(set.store().set().teacherSha256()::equals).orElse(true),
            header,
            "a teacher with SHA-256 %s, this configuration has %s"
                .formatted(
                    header.teacherSha256().orElse(""),
                    sets.stream().map(s -> s.store().set().teacherId()).distinct().toList()));
    if (found.stream().map(LabelledSet::teacher).distinct().count() > 1) {
      throw new TaustreamException(
          "%s does not say whose labels it holds, and there are several teachers: name one of %s by --teacher"
              .formatted(
                  header.where(), found.stream().map(LabelledSet::teacher).distinct().toList()));
    }
    return found.get(0);
  }

  private static List<LabelledSet> narrow(
      List<LabelledSet> sets, Predicate<LabelledSet> fits, ShareHeader header, String what) {
    List<LabelledSet> left = sets.stream().filter(fits).toList();
    if (left.isEmpty()) {
      throw new TaustreamException(
          "%s holds labels of %s; import it with the configuration that it was made for"
              .formatted(header.where(), what));
    }
    return left;
  }

  /** A policy that is not random has one view of a sample. */
  private static void requirePossible(ShareHeader header, LabelledSet set) {
    ViewSpec view = set.view();
    if (header.views() > 1 && !view.rendering().random()) {
      throw new TaustreamException(
          "%s: taustream.views is %d; policy %s has 1"
              .formatted(header.where(), header.views(), view.policy()));
    }
  }

  private static Optional<Shard> shard(ShareHeader header, LabelledSet set) {
    return set.dataset().shards().stream()
        .filter(shard -> shard.name().equals(header.shardName()))
        .findFirst();
  }

  private static ShardSamples read(ShardReading reading) {
    ShardSamples samples = new ShardSamples();
    reading.samples().doOnNext(s -> samples.add(s.key(), s.label())).blockLast();
    samples.end(reading.crc32c());
    return samples;
  }

  /** The set's store for as many views as a file has. */
  private SoftLabelStore store(RunConfig run, LabelledSet set, int views) {
    return SoftLabelStore.open(
        resources.objects(),
        run.labelStore().uri(),
        set.store().set(),
        views,
        resources.scratch().resolve("labels"),
        resources.allocator(),
        version,
        LabelCompression.of(run.labels().compression()));
  }

  private static void remove(Path copy) {
    try {
      Files.deleteIfExists(copy);
    } catch (IOException e) {
      throw new TaustreamException(
          "cannot remove the scratch file %s: %s".formatted(copy, e.getMessage()), e);
    }
  }
}
