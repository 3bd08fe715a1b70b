package io.taustream.pipeline.graph;

import io.taustream.ingest.view.ViewSpec;
import io.taustream.pipeline.config.Location;
import io.taustream.pipeline.config.RunConfig;
import io.taustream.pipeline.config.TeacherConfig;
import io.taustream.storage.TaustreamException;
import io.taustream.storage.label.LabelCompression;
import io.taustream.storage.label.LabelSet;
import io.taustream.storage.label.SoftLabelStore;
import io.taustream.teacher.DataShape;
import io.taustream.teacher.Device;
import io.taustream.teacher.ExecutionSettings;
import io.taustream.teacher.Teacher;
import io.taustream.teacher.TeacherIdentity;
import io.taustream.teacher.TeacherProviders;
import io.taustream.teacher.TeacherRequest;
import java.util.ArrayList;
import java.util.List;

/**
 * One teacher of a run and its labels.
 *
 * @param share the teacher's share in the mean of several
 * @param train the labels of the training views
 * @param test the labels of the test images as they are
 */
record TeacherSlot(
    TeacherConfig config,
    TeacherIdentity identity,
    double share,
    SoftLabelStore train,
    SoftLabelStore test)
    implements AutoCloseable {
  /** Opens a run's teachers one after the other, just to see who they are. */
  static List<TeacherSlot> all(RunConfig config, Resources resources, String version) {
    double sum = config.teachers().stream().mapToDouble(TeacherConfig::weight).sum();
    List<TeacherSlot> slots = new ArrayList<>();
    try {
      for (TeacherConfig teacher : config.teachers()) {
        slots.add(of(teacher, teacher.weight() / sum, config, resources, version));
      }
      return slots;
    } catch (RuntimeException e) {
      slots.forEach(TeacherSlot::close);
      throw e;
    }
  }

  /** Opens one teacher, just to see who it is. */
  static TeacherSlot of(
      TeacherConfig teacher, double share, RunConfig config, Resources resources, String version) {
    TeacherIdentity identity;
    try (Teacher opened = open(teacher, config, resources)) {
      identity = opened.identity();
    }
    return new TeacherSlot(
        teacher,
        identity,
        share,
        store(identity, trainView(config), config, resources, version),
        store(identity, ViewSpec.plain(config.view().size()), config, resources, version));
  }

  /**
   * Loads the teacher's network.
   *
   * @throws TaustreamException if it is another than the one that the labels are filed under
   */
  MeteredTeacher open(RunConfig run, Resources resources) {
    MeteredTeacher opened = open(config, run, resources);
    if (!opened.identity().equals(identity)) {
      opened.close();
      throw new TaustreamException(
          "teacher %s was %s when this command began and is %s now: its files changed, or its provider hashes what changes by itself; start the command again"
              .formatted(identity.name(), identity.id(), opened.identity().id()));
    }
    return opened;
  }

  private static MeteredTeacher open(TeacherConfig teacher, RunConfig config, Resources resources) {
    TeacherRequest request =
        new TeacherRequest(
            teacher.name(),
            teacher.model().map(Location::uri),
            dataShape(config),
            new ExecutionSettings(Device.parse(config.device()), config.threads().teacher()),
            teacher.options(),
            resources.allocator(),
            resources.objects(),
            resources.scratch().resolve("models"));
    return new MeteredTeacher(
        TeacherProviders.installed().open(teacher.type(), request), resources.teacherMeter());
  }

  /** What a teacher must fit. */
  static DataShape dataShape(RunConfig config) {
    return new DataShape(config.data().classes(), config.view().size(), config.data().classNames());
  }

  /** The views that the student trains on. */
  static ViewSpec trainView(RunConfig config) {
    return new ViewSpec(
        config.view().policy(), config.view().size(), config.viewSeed(), config.view().count());
  }

  private static SoftLabelStore store(
      TeacherIdentity identity,
      ViewSpec view,
      RunConfig config,
      Resources resources,
      String version) {
    LabelSet set =
        new LabelSet(
            identity.name(),
            identity.sha256(),
            view.id(),
            view.json(),
            config.data().classes(),
            config.labels().labelEncoding());
    return SoftLabelStore.open(
        resources.objects(),
        config.labelStore().uri(),
        set,
        view.count(),
        resources.scratch().resolve("labels"),
        resources.allocator(),
        version,
        LabelCompression.of(config.labels().compression()));
  }

  @Override
  public void close() {
    train.close();
    test.close();
  }
}
