package io.taustream.pipeline.graph;

import io.taustream.ingest.view.ViewSpec;
import io.taustream.pipeline.config.RunConfig;
import io.taustream.pipeline.config.TeacherConfig;
import io.taustream.storage.label.LabelCompression;
import io.taustream.storage.label.LabelSet;
import io.taustream.storage.label.SoftLabelStore;
import io.taustream.teacher.DataShape;
import io.taustream.teacher.Device;
import io.taustream.teacher.ExecutionSettings;
import io.taustream.teacher.ModelFile;
import io.taustream.teacher.OnnxTeacher;
import io.taustream.teacher.Teacher;
import io.taustream.teacher.TeacherIdentity;
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

  private static TeacherSlot of(
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

  /** Loads a teacher's network. */
  static MeteredTeacher open(TeacherConfig teacher, RunConfig config, Resources resources) {
    ModelFile model =
        ModelFile.fetch(
            resources.objects(), teacher.model().uri(), resources.scratch().resolve("models"));
    OnnxTeacher network =
        OnnxTeacher.open(
            teacher.name(),
            model,
            dataShape(config),
            new ExecutionSettings(Device.parse(config.device()), config.threads().teacher()),
            resources.allocator());
    return new MeteredTeacher(network, resources.teacherMeter());
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
