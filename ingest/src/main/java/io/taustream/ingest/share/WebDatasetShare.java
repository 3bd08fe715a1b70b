package io.taustream.ingest.share;

import io.taustream.ingest.format.TarReading;
import io.taustream.storage.TaustreamException;
import io.taustream.storage.label.LabelFile;
import io.taustream.storage.object.ObjectInfo;
import io.taustream.storage.object.ObjectStore;
import io.taustream.storage.share.ShareReader;
import java.nio.file.Path;

/**
 * WebDataset, of data in tars: a copy of the shard with the labels beside the images. {@link
 * LabelledTarWriter} specifies the file.
 */
record WebDatasetShare() implements ShareFormat {
  /** Holds what a label file says of itself; the webdataset library passes over such names. */
  static final String METADATA = "__taustream__/labels.json";

  /** Behind a sample's key: the seeds of its views. */
  static final String VIEW_SEED = "view_seed";

  /** Ends the name of each array. */
  static final String NPY = ".npy";

  @Override
  public String name() {
    return "webdataset";
  }

  @Override
  public boolean claims(String fileName) {
    return TarReading.claims(fileName);
  }

  @Override
  public String fileName(String shardName) {
    return shardName.replaceFirst("(?i)(\\.tar\\.gz|\\.tgz)$", ".tar");
  }

  @Override
  public void requireWritable(String shardName) {
    if (!claims(shardName)) {
      throw new TaustreamException(
          "shard %s is no tar: the form webdataset puts labels beside the images of a tar; use parquet"
              .formatted(shardName));
    }
  }

  @Override
  public void write(LabelFile labels, ObjectInfo shard, ObjectStore objects, Path target) {
    new LabelledTarWriter(labels, shard, objects).write(target);
  }

  @Override
  public ShareReader open(ObjectInfo file, ObjectStore objects, Path scratch) {
    return LabelledTarReader.open(file, objects);
  }
}
