package io.taustream.pipeline.graph;

import io.taustream.pipeline.config.RunConfig;
import io.taustream.pipeline.config.WatchConfig;
import io.taustream.storage.TaustreamException;
import io.taustream.storage.object.ObjectInfo;
import io.taustream.storage.object.ObjectUri;
import io.taustream.teacher.ModelParts;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The teachers that lie in the prefix that a configuration watches, whether taken up or not. */
final class WatchedSlots {
  private static final Logger LOG = LoggerFactory.getLogger(WatchedSlots.class);

  private WatchedSlots() {}

  /**
   * Opens the models there, one after the other, to see who they are. A model that cannot teach has
   * no labels, and is left out. Blocking; none where nothing is watched.
   *
   * @throws TaustreamException where the prefix or a model cannot be read now
   */
  static List<TeacherSlot> of(RunConfig config, Resources resources, String version) {
    List<TeacherSlot> slots = new ArrayList<>();
    try {
      config.watch().ifPresent(watch -> open(watch, config, resources, version, slots));
      return slots;
    } catch (RuntimeException e) {
      slots.forEach(TeacherSlot::close);
      throw e;
    }
  }

  private static void open(
      WatchConfig watch,
      RunConfig config,
      Resources resources,
      String version,
      List<TeacherSlot> slots) {
    List<ObjectUri> models =
        resources
            .objects()
            .list(watch.teachers().uri().child(""))
            .map(ObjectInfo::uri)
            .filter(ModelParts::isModel)
            .collectList()
            .block();
    for (ObjectUri model : models) {
      try {
        slots.add(TeacherSlot.of(watch.teacher(model), 1, config, resources, version));
      } catch (TaustreamException e) {
        if (TeacherAdmission.failed(model, e) instanceof Admission.Postponed) {
          throw e;
        }
        LOG.info("{} has no labels: {}", model, e.getMessage());
      }
    }
  }
}
