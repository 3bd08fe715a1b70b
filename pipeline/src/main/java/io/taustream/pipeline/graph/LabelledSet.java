package io.taustream.pipeline.graph;

import io.taustream.ingest.format.Dataset;
import io.taustream.ingest.view.ViewSpec;
import io.taustream.pipeline.config.ConfigurationException;
import io.taustream.pipeline.config.RunConfig;
import io.taustream.pipeline.config.TeacherConfig;
import io.taustream.storage.label.SoftLabelStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One data set of a run and the labels that one teacher gives its views.
 *
 * @param teacher the teacher's name
 */
record LabelledSet(String teacher, Dataset dataset, ViewSpec view, SoftLabelStore store) {
  /**
   * The data sets of some teachers: for each first the training data, then the test data.
   *
   * @param teachers stay the caller's
   */
  static List<LabelledSet> all(RunConfig config, DataSources data, List<TeacherSlot> teachers) {
    List<LabelledSet> sets = new ArrayList<>();
    for (TeacherSlot slot : teachers) {
      String name = slot.config().name();
      sets.add(new LabelledSet(name, data.train(), TeacherSlot.trainView(config), slot.train()));
      data.test()
          .ifPresent(
              test ->
                  sets.add(
                      new LabelledSet(
                          name, test, ViewSpec.plain(config.view().size()), slot.test())));
    }
    return sets;
  }

  /**
   * A run with one of its teachers only.
   *
   * @param name of the teacher; all if absent
   * @throws ConfigurationException if the run has no teacher, or none of that name
   */
  static RunConfig only(RunConfig config, Optional<String> name) {
    if (config.teachers().isEmpty()) {
      throw new ConfigurationException(
          "teachers: there is none, so there are no labels; add one, such as {name: resnet56, model: resnet56.onnx}");
    }
    if (name.isEmpty()) {
      return config;
    }
    List<TeacherConfig> one =
        config.teachers().stream().filter(t -> t.name().equals(name.get())).toList();
    if (one.isEmpty()) {
      throw new ConfigurationException(
          "teachers: there is no '%s', only %s"
              .formatted(name.get(), config.teachers().stream().map(TeacherConfig::name).toList()));
    }
    return config.withTeachers(one);
  }
}
