package io.taustream.storage.label;

import java.nio.FloatBuffer;

/**
 * Reads one view of a label file from its first row to its last: the samples in the shard's order,
 * without those that have no labels. Logits are those of {@link LabelFile#logits}, to the bit, but
 * are copied and checked many at a time. For one thread; nothing is to be closed but the file.
 */
public final class LabelScan {
  private final LabelFile file;
  private final LabelSet set;
  private final int view;
  private final int rows;
  private final RowsDecoder decoder;
  private int next;

  /**
   * @param view one that the file has
   */
  LabelScan(LabelFile file, int view) {
    this.file = file;
    this.view = view;
    this.set = file.metadata().set();
    this.rows = Math.toIntExact(file.rows() / file.views());
    this.decoder = RowsDecoder.of(set.encoding());
  }

  /**
   * Reads the next rows.
   *
   * @param destination receives at its position, which advances, as many rows of {@code classes}
   *     floats as are left and fit
   * @return how many rows; 0 when all were read or not one fits
   * @throws DamagedLabelFileException if a stored logit is not finite; it names batch, row and
   *     sample. What was received of this call then says nothing
   * @throws IllegalStateException if the file is closed
   */
  public int next(FloatBuffer destination) {
    int wanted = Math.min(rows - next, destination.remaining() / set.classes());
    int read = 0;
    while (read < wanted) {
      int part = Math.min(wanted - read, file.batchRows() - next % file.batchRows());
      read(part, destination);
      read += part;
    }
    return read;
  }

  /** Reads rows that lie in one batch. */
  private void read(int count, FloatBuffer destination) {
    int row = next % file.batchRows();
    try (MappedBatch batch = file.batch(next, view)) {
      if (!decoder.decode(batch.bytes(), batch.columns(), row, count, set.classes(), destination)) {
        throw file.notFinite(next + firstBad(batch, row, count), view);
      }
    }
    next += count;
  }

  private int firstBad(MappedBatch batch, int row, int count) {
    int bad = 0;
    while (bad < count - 1
        && set.encoding().inspect(batch.bytes(), batch.columns(), row + bad, set.classes())
            == null) {
      bad++;
    }
    return bad;
  }
}
