package io.taustream.ingest.format;

import io.taustream.storage.object.ObjectStore;
import io.taustream.storage.object.ObjectStores;
import io.taustream.storage.sample.Shard;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;

/** A folder on the file system from which tests read data sets. */
final class Folder implements AutoCloseable {
  private final Path root;
  private final ObjectStore store = ObjectStores.open(Optional.empty());

  Folder(Path root) {
    this.root = root;
  }

  Folder put(String name, byte[] content) throws IOException {
    Path file = root.resolve(name);
    Files.createDirectories(file.getParent());
    Files.write(file, content);
    return this;
  }

  Dataset open(int classes, String... patterns) {
    return open(Optional.empty(), classes, patterns);
  }

  Dataset open(Optional<String> format, int classes, String... patterns) {
    return Dataset.open(store, new DatasetSpec(format, List.of(patterns), root, classes)).block();
  }

  /** The samples of a data set's only shard. */
  List<Sample> samples(int classes, String pattern) {
    Dataset dataset = open(classes, pattern);
    return dataset.read(dataset.shards().get(0)).samples().collectList().block();
  }

  ShardReading reading(int classes, String pattern) {
    Dataset dataset = open(classes, pattern);
    Shard shard = dataset.shards().get(0);
    return dataset.read(shard);
  }

  static long crc32c(byte[]... parts) {
    CRC32C crc = new CRC32C();
    for (byte[] part : parts) {
      crc.update(part);
    }
    return crc.getValue();
  }

  @Override
  public void close() {
    store.close();
  }
}
