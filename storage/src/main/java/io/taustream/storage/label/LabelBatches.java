package io.taustream.storage.label;

import java.nio.ByteBuffer;

/** Where an open label file's bytes come from. Thread-safe. */
interface LabelBatches extends AutoCloseable {
  /**
   * A record batch as it is stored. May block while it is fetched.
   *
   * @param index from 0, view by view
   * @throws DamagedLabelFileException if what is found there is no such batch
   */
  StoredBatch batch(int index);

  /** The file's bytes before the first batch. May block while they are fetched. */
  ByteBuffer head();

  /**
   * Gives back what was decompressed, but for what readers have open: they keep it until they close
   * it. Compressed batches cannot be opened any more. Closing again does nothing.
   */
  @Override
  void close();
}
