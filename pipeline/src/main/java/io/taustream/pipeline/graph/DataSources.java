package io.taustream.pipeline.graph;

import io.taustream.ingest.format.Dataset;
import io.taustream.ingest.format.DatasetSpec;
import io.taustream.pipeline.config.DataConfig;
import io.taustream.pipeline.config.Location;
import io.taustream.storage.object.ObjectStore;
import java.util.List;
import java.util.Optional;

/**
 * The data sets of a run.
 *
 * @param test absent where the configuration names no test data
 */
record DataSources(Dataset train, Optional<Dataset> test) {
  /** Finds their shards; blocking. */
  static DataSources open(DataConfig data, ObjectStore objects) {
    Dataset train = open(data, data.train(), objects);
    return new DataSources(
        train,
        data.test().isEmpty() ? Optional.empty() : Optional.of(open(data, data.test(), objects)));
  }

  private static Dataset open(DataConfig data, List<Location> locations, ObjectStore objects) {
    DatasetSpec spec =
        new DatasetSpec(
            data.format(),
            locations.stream().map(Location::text).toList(),
            locations.get(0).base(),
            data.classes());
    return Dataset.open(objects, spec).block();
  }
}
