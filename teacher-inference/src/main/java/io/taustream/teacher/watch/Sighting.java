package io.taustream.teacher.watch;

import io.taustream.storage.object.ObjectInfo;
import io.taustream.storage.object.ObjectUri;
import java.util.List;

/**
 * A model that lies in a watched prefix and has come to rest. Two sightings are equal where the
 * same bytes were seen, as far as sizes and versions tell.
 *
 * @param model the ONNX file
 * @param parts the model, its card where it has one, and the files that these name, as listed
 * @param missing files that are named and were not there for several polls
 */
public record Sighting(ObjectUri model, List<ObjectInfo> parts, List<ObjectUri> missing) {
  public Sighting {
    parts = List.copyOf(parts);
    missing = List.copyOf(missing);
  }
}
