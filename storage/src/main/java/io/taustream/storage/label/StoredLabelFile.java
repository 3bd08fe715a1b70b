package io.taustream.storage.label;

import io.taustream.storage.object.ObjectInfo;
import io.taustream.storage.object.ObjectUri;
import java.util.List;

/** A label file that lies in a store, as its footer describes it. Immutable. */
public final class StoredLabelFile {
  private final ObjectInfo info;
  private final LabelFooter footer;

  StoredLabelFile(ObjectInfo info, LabelFooter footer) {
    this.info = info;
    this.footer = footer;
  }

  /** Where it lies, its size and version. */
  public ObjectInfo info() {
    return info;
  }

  /** What the file says of itself. */
  public LabelMetadata metadata() {
    return footer.metadata();
  }

  LabelFooter footer() {
    return footer;
  }

  /** Whether a file has the footer that was found here. */
  boolean isAs(LabelFile copy) {
    return copy.footer().equals(footer);
  }

  /** Where a store with this root has the file. */
  ObjectUri placeIn(ObjectUri root) {
    return metadata().set().labelFile(root, metadata().shardName());
  }

  /** The record batch after the last one of a view is the first of the next. */
  int viewOf(int batch) {
    return batch / footer.batchesPerView();
  }

  /**
   * The first record batch in which two files of the same shard differ, of those that both have; −1
   * where there is none. The batches' checksums are compared.
   */
  int firstDifference(StoredLabelFile other) {
    List<Long> own = footer.checksums();
    List<Long> others = other.footer.checksums();
    // The first checksum is the head's, which names the number of views and the writer's version.
    for (int i = 1; i < Math.min(own.size(), others.size()); i++) {
      if (!own.get(i).equals(others.get(i))) {
        return i - 1;
      }
    }
    return -1;
  }
}
