package io.taustream.pipeline.graph;

import io.taustream.storage.label.LabelFile;
import io.taustream.storage.label.SoftLabelStore;
import io.taustream.storage.sample.Shard;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One teacher's label files, opened when a shard is first asked for and kept open while it is in
 * use. A shuffle window touches few shards at a time, so the file that was used longest ago is
 * closed once {@link #MOST} are open: mappings are a limited resource of the system. Not
 * thread-safe.
 */
final class OpenLabelFiles implements AutoCloseable {
  private static final int MOST = 64;

  private final SoftLabelStore store;
  private final Map<String, Shard> shards = new HashMap<>();
  private boolean closed;
  private final LinkedHashMap<String, LabelFile> open = new LinkedHashMap<>(16, 0.75f, true);

  OpenLabelFiles(SoftLabelStore store, List<Shard> shards) {
    this.store = store;
    shards.forEach(shard -> this.shards.put(shard.name(), shard));
  }

  /** The label file of a shard; fails where there is none. Blocks while it is fetched. */
  LabelFile of(String shard) {
    if (closed) {
      throw new IllegalStateException("the label files are closed");
    }
    LabelFile file = open.get(shard);
    if (file == null) {
      file = store.open(shards.get(shard)).block();
      open.put(shard, file);
      if (open.size() > MOST) {
        String eldest = open.keySet().iterator().next();
        open.remove(eldest).close();
      }
    }
    return file;
  }

  @Override
  public void close() {
    closed = true;
    open.values().forEach(LabelFile::close);
    open.clear();
  }
}
