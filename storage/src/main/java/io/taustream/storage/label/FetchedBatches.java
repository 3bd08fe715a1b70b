package io.taustream.storage.label;

import java.nio.ByteBuffer;
import java.util.List;
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
  private final DecompressedBatches decompressed;
  private final AtomicReferenceArray<StoredBatch> batches;
  private volatile LabelCache.Original original;
  private boolean closed;

  /**
   * @param decompressed where compressed batches are read
   */
  FetchedBatches(LabelCache cache, LabelCache.Original original, DecompressedBatches decompressed) {
    this.cache = cache;
    this.original = original;
    this.decompressed = decompressed;
    this.batches = new AtomicReferenceArray<>(original.footer().blocks().size());
  }

  @Override
  public StoredBatch batch(int index) {
    StoredBatch batch = batches.get(index);
    // Two threads may map one batch, but it is fetched once; the first mapping counts.
    return batch == null ? keep(index, fetch(index)) : batch;
  }

  /** A fetch may end after the file was closed: what it brought is then not kept. */
  private synchronized StoredBatch keep(int index, StoredBatch fetched) {
    if (closed) {
      throw new IllegalStateException("label file %s is closed".formatted(original.where()));
    }
    StoredBatch there = batches.get(index);
    if (there != null) {
      return there;
    }
    decompressed.register(List.of(fetched));
    batches.set(index, fetched);
    return fetched;
  }

  @Override
  public synchronized void close() {
    closed = true;
    for (int i = 0; i < batches.length(); i++) {
      StoredBatch batch = batches.getAndSet(i, null);
      if (batch != null) {
        decompressed.forget(List.of(batch));
      }
    }
  }

  private StoredBatch fetch(int index) {
    for (int replaced = 0; ; replaced++) {
      LabelCache.Original current = original;
      try {
        ByteBuffer bytes = cache.batch(current, index).duplicate();
        return LocalBatches.batch(bytes, current.footer(), index, decompressed, current.where());
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

  @Override
  public ByteBuffer head() {
    return cache.head(original).duplicate();
  }
}
