package io.taustream.storage.label;

import java.util.Optional;

/** Two label files for one place that contradict each other. */
final class LabelConflict {
  private LabelConflict() {}

  /** Why a file cannot be taken in beside what is there; empty where it can or need not be. */
  static Optional<String> between(StoredLabelFile file, Optional<StoredLabelFile> existing) {
    if (existing.isEmpty()) {
      return Optional.empty();
    }
    StoredLabelFile there = existing.get();
    LabelMetadata own = file.metadata();
    LabelMetadata other = there.metadata();
    if (!own.set().equals(other.set())) {
      return line(
          file,
          there,
          "they are of different sets (%s, %d classes; %s, %d classes)"
              .formatted(
                  own.set().encoding().text(),
                  own.set().classes(),
                  other.set().encoding().text(),
                  other.set().classes()));
    }
    if (!own.isOfSameShard(other)) {
      return line(
          file,
          there,
          "they were made from different bytes or samples of shard %s (CRC-32C %08x and %08x)"
              .formatted(own.shardName(), own.crc32c(), other.crc32c()));
    }
    int batch = file.firstDifference(there);
    return batch < 0
        ? Optional.empty()
        : line(
            file,
            there,
            "batch %d (view %d) has other labels, as another machine, batch size or thread count gives"
                .formatted(batch, file.viewOf(batch)));
  }

  private static Optional<String> line(StoredLabelFile file, StoredLabelFile there, String why) {
    return Optional.of(
        "%s contradicts %s: %s; remove the one that is not wanted"
            .formatted(file.info().uri(), there.info().uri(), why));
  }
}
