package io.taustream.storage.label;

import io.taustream.storage.TaustreamException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * A label file elsewhere, of which nothing is kept: its copies are removed when it is closed.
 * Thread-safe.
 */
record TemporaryBatches(FetchedBatches batches, Path copies) implements LabelBatches {
  @Override
  public StoredBatch batch(int index) {
    return batches.batch(index);
  }

  @Override
  public ByteBuffer head() {
    return batches.head();
  }

  @Override
  public void close() {
    batches.close();
    try {
      ScratchFolder.delete(copies);
    } catch (IOException e) {
      throw new TaustreamException(
          "cannot remove the scratch folder %s: %s; remove it by hand".formatted(copies, e), e);
    }
  }
}
