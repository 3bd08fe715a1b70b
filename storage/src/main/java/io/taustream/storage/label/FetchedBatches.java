package io.taustream.storage.label;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A label file elsewhere: each record batch is fetched into the cache when it is first asked for,
 * and mapped from there. Where the file is replaced meanwhile by one that has only more views, its
 * first batches are the same, and reading goes on; any other change is a {@link
 * LabelsChangedException}. Thread-safe.
 */
final class FetchedBatches implements LabelBatches {
  private static final Logger LOG = LoggerFactory.getLogger(FetchedBatches.class);

  /** How often a file may grow while one batch is fetched. */
  private static final int MOST_REPLACEMENTS = 5;

  private final LabelCache cache;
  private final AtomicReferenceArray<MappedBatch> batches;
  private volatile LabelCache.Original original;

  FetchedBatches(LabelCache cache, LabelCache.Original original) {
    this.cache = cache;
    this.original = original;
    this.batches = new AtomicReferenceArray<>(original.footer().blocks().size());
  }

  @Override
  public MappedBatch batch(int index) {
    MappedBatch batch = batches.get(index);
    if (batch == null) {
      // Two threads may map one batch, but it is fetched once; either mapping will do.
      batch = fetch(index);
      batches.set(index, batch);
    }
    return batch;
  }

  private MappedBatch fetch(int index) {
    for (int replaced = 0; ; replaced++) {
      LabelCache.Original current = original;
      try {
        ByteBuffer bytes = map(cache.batch(current, index));
        return LocalBatches.batch(bytes, current.footer(), index, current.where());
      } catch (LabelsChangedException e) {
        LabelCache.Original now = cache.find(current.info().uri()).block();
        if (replaced == MOST_REPLACEMENTS || !now.continues(current)) {
          throw e;
        }
        LOG.info("{} has more views now; reading goes on", current.where());
        original = now;
      }
    }
  }

  private static ByteBuffer map(Path file) {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public ByteBuffer head() {
    try {
      return ByteBuffer.wrap(Files.readAllBytes(cache.head(original)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
