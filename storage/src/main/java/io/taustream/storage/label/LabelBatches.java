package io.taustream.storage.label;

import java.nio.ByteBuffer;

/** Where an open label file's bytes come from. Thread-safe. */
interface LabelBatches {
  /**
   * A record batch in place. May block while it is fetched.
   *
   * @param index from 0, view by view
   * @throws DamagedLabelFileException if what is found there is no such batch
   */
  MappedBatch batch(int index);

  /** The file's bytes before the first batch. May block while they are fetched. */
  ByteBuffer head();
}
