package io.taustream.pipeline.graph;

import io.taustream.storage.label.LabelFile;
import io.taustream.storage.sample.SampleView;
import java.util.List;

/**
 * Which teacher's label a view has, where each view has one teacher: of n, view v has the teacher v
 * mod n. A test image is view 0, and has the first.
 *
 * @param sources at least one
 */
record ViewTeachers(List<LabelJoin.Source> sources) {
  ViewTeachers {
    sources = List.copyOf(sources);
  }

  /** The file that holds the view's label. */
  LabelFile file(SampleView view) {
    return sources.get(view.view() % sources.size()).file(view);
  }
}
