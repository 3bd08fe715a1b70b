package io.taustream.pipeline.graph;

import io.taustream.ingest.format.Dataset;
import io.taustream.ingest.view.ViewSpec;
import io.taustream.pipeline.config.ConfigurationException;
import io.taustream.pipeline.config.RunConfig;
import io.taustream.storage.TaustreamException;
import io.taustream.storage.label.LabelSet;
import io.taustream.storage.label.StoredLabelFile;
import io.taustream.storage.label.StoredLabels;
import io.taustream.storage.object.ObjectUri;
import io.taustream.storage.sample.Shard;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The label files in the stores of some configurations that none of them uses: of other teachers,
 * of other views, or of shards that are not in the data any more. Teachers that lie in the prefix
 * that a configuration watches are its own, those that have gone from there are not. Views beyond
 * {@code view.count} lie in files that are used, and stay. Blocking.
 *
 * <p>A store is listed before the data are, so that labels of shards that come in meanwhile are
 * never taken for unused.
 */
public final class UnusedLabels {
  private static final Logger LOG = LoggerFactory.getLogger(UnusedLabels.class);

  private final List<RunConfig> configs;
  private final String version;

  /**
   * @param configs all that use the stores: labels of a configuration that is left out are found
   *     unused
   */
  public UnusedLabels(List<RunConfig> configs, String version) {
    this.configs = List.copyOf(configs);
    this.version = version;
  }

  /**
   * What was found.
   *
   * @param location of the label file
   * @param teacherId of its set
   * @param viewId of its set
   * @param shard by name
   * @param bytes of the file
   * @param removed whether it was removed now
   * @param kept why it was not, where it was to be removed
   */
  public record Unused(
      ObjectUri location,
      String teacherId,
      String viewId,
      String shard,
      long bytes,
      boolean removed,
      Optional<String> kept) {}

  /** Lists them. */
  public List<Unused> list() {
    return run(false);
  }

  /**
   * Removes them, each in the version that was listed: one that another process writes meanwhile
   * stays, and so does one that cannot be removed; it says why.
   */
  public List<Unused> remove() {
    return run(true);
  }

  private List<Unused> run(boolean remove) {
    Map<ObjectUri, List<RunConfig>> stores = new LinkedHashMap<>();
    for (RunConfig config : configs) {
      stores
          .computeIfAbsent(place(config.labelStore().uri()), uri -> new ArrayList<>())
          .add(config);
    }
    stores.forEach(UnusedLabels::requireTeacher);
    List<Unused> found = new ArrayList<>();
    stores.forEach((store, users) -> found.addAll(run(store, users, remove)));
    return found;
  }

  /** One name for what has several: by links of the file system, or by a slash at the end. */
  private static ObjectUri place(ObjectUri uri) {
    if (!uri.isFile()) {
      return new ObjectUri(uri.scheme(), uri.bucket(), uri.path().replaceAll("/+$", ""));
    }
    try {
      return ObjectUri.ofFile(uri.toPath().toRealPath());
    } catch (IOException e) {
      // Nothing lies there, or nothing that can be looked at: listing it says so.
      return uri;
    }
  }

  /** Without a teacher all labels would be unused, which is hardly what is meant. */
  private static void requireTeacher(ObjectUri store, List<RunConfig> users) {
    if (users.stream()
        .allMatch(config -> config.teachers().isEmpty() && config.watch().isEmpty())) {
      throw new ConfigurationException(
          "teachers: no configuration with the label store %s has one, so all its labels would be unused; name the configurations that use it"
              .formatted(store));
    }
  }

  private List<Unused> run(ObjectUri store, List<RunConfig> users, boolean remove) {
    try (Resources resources = new Resources(users.get(0))) {
      StoredLabels labels = new StoredLabels(resources.objects(), store);
      List<StoredLabelFile> files = labels.files().collectList().block();
      Set<ObjectUri> used = new HashSet<>();
      for (RunConfig user : users) {
        try (Resources own = new Resources(user)) {
          used.addAll(used(user, store, own));
        }
      }
      List<StoredLabelFile> unused =
          files.stream().filter(file -> !used.contains(file.info().uri())).toList();
      return remove ? remove(labels, unused) : describe(unused);
    }
  }

  private Set<ObjectUri> used(RunConfig config, ObjectUri store, Resources resources) {
    DataSources data = DataSources.open(config.data(), resources.objects());
    List<TeacherSlot> teachers = new ArrayList<>(TeacherSlot.all(config, resources, version));
    Set<ObjectUri> used = new HashSet<>();
    try {
      teachers.addAll(WatchedSlots.of(config, resources, version));
      for (TeacherSlot slot : teachers) {
        for (ViewSpec view : trainViews(config)) {
          add(data.train(), slot.train().set().withView(view.id(), view.json()), store, used);
        }
        data.test().ifPresent(test -> add(test, slot.test().set(), store, used));
      }
    } finally {
      teachers.forEach(TeacherSlot::close);
    }
    return used;
  }

  /**
   * Those of the configuration, and those that it is given where it is compared with the others.
   */
  private List<ViewSpec> trainViews(RunConfig config) {
    if (config.view().seed().isPresent()) {
      return List.of(TeacherSlot.trainView(config));
    }
    return configs.stream()
        .map(other -> TeacherSlot.trainView(config.withViewSeed(other.viewSeed())))
        .distinct()
        .toList();
  }

  private static void add(Dataset dataset, LabelSet set, ObjectUri store, Set<ObjectUri> used) {
    for (Shard shard : dataset.shards()) {
      used.add(set.labelFile(store, shard.name()));
    }
  }

  private static List<Unused> describe(List<StoredLabelFile> files) {
    return files.stream().map(file -> describe(file, false, Optional.empty())).toList();
  }

  private static List<Unused> remove(StoredLabels labels, List<StoredLabelFile> files) {
    List<Unused> found = files.stream().map(file -> remove(labels, file)).toList();
    Set<LabelSet> changed = new LinkedHashSet<>();
    files.forEach(file -> changed.add(file.metadata().set()));
    changed.forEach(set -> tidy(labels, set));
    return found;
  }

  private static Unused remove(StoredLabels labels, StoredLabelFile file) {
    try {
      return labels.remove(file).block()
          ? describe(file, true, Optional.empty())
          : describe(file, false, Optional.of("another process has written it meanwhile"));
    } catch (TaustreamException e) {
      return describe(file, false, Optional.of(e.getMessage()));
    }
  }

  /** A manifest with entries too many is an index that can be refreshed: labelling does. */
  private static void tidy(StoredLabels labels, LabelSet set) {
    try {
      labels.tidy(set).block();
    } catch (TaustreamException e) {
      LOG.warn("{}", e.getMessage());
    }
  }

  private static Unused describe(StoredLabelFile file, boolean removed, Optional<String> kept) {
    LabelSet set = file.metadata().set();
    return new Unused(
        file.info().uri(),
        set.teacherId(),
        set.viewId(),
        file.metadata().shardName(),
        file.info().size(),
        removed,
        kept);
  }
}
