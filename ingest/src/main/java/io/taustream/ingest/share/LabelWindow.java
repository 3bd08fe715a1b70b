package io.taustream.ingest.share;

import io.taustream.storage.label.EncodedRows;
import io.taustream.storage.label.LabelColumn;
import io.taustream.storage.label.LabelFile;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/**
 * All views of one sample after another, in shard order. Label files are view-major: so many
 * samples are read at once, view by view, that a compressed record batch is not unpacked for each
 * sample anew. Holds 16 MiB, or one sample if that is more. Not thread-safe.
 */
final class LabelWindow {
  private static final int BYTES = 16 << 20;

  private final LabelFile labels;
  private final List<LabelColumn> columns;
  private final EncodedRows rows;
  private final int[] ordinals;
  private final long[][] seeds;
  private int size;

  LabelWindow(LabelFile labels) {
    this.labels = labels;
    this.columns = labels.metadata().set().encoding().columns(labels.metadata().set().classes());
    long sample = (long) labels.views() * columns.stream().mapToLong(LabelColumn::rowBytes).sum();
    int fit = (int) Math.max(1, Math.min(labels.samples(), BYTES / sample));
    this.ordinals = new int[fit];
    this.seeds = new long[labels.views()][fit];
    this.rows = EncodedRows.allocate(columns, Math.multiplyExact(fit, labels.views()));
  }

  /** Goes to a sample that has labels. */
  private int find(int ordinal) {
    if (size == 0 || ordinal < ordinals[0] || ordinal > ordinals[size - 1]) {
      fill(ordinal);
    }
    return Arrays.binarySearch(ordinals, 0, size, ordinal);
  }

  private void fill(int first) {
    size = 0;
    for (int o = first; o < labels.samples() && size < ordinals.length; o++) {
      if (labels.has(o)) {
        ordinals[size++] = o;
      }
    }
    rows.clear();
    for (int view = 0; view < labels.views(); view++) {
      for (int i = 0; i < size; i++) {
        labels.stored(ordinals[i], view, rows);
        seeds[view][i] = labels.viewSeed(ordinals[i], view);
      }
    }
  }

  /** A sample's labels: for each column a matrix views × elements. */
  ByteBuffer[] labels(int ordinal) {
    int place = find(ordinal);
    EncodedRows sample = EncodedRows.allocate(columns, labels.views());
    ByteBuffer[] matrices = new ByteBuffer[columns.size()];
    for (int i = 0; i < matrices.length; i++) {
      matrices[i] = sample.column(i);
    }
    for (int view = 0; view < labels.views(); view++) {
      rows.copy(view * size + place, matrices);
    }
    for (ByteBuffer matrix : matrices) {
      matrix.flip();
    }
    return matrices;
  }

  /** A sample's view seeds. */
  long[] seeds(int ordinal) {
    int place = find(ordinal);
    long[] of = new long[labels.views()];
    for (int view = 0; view < of.length; view++) {
      of[view] = seeds[view][place];
    }
    return of;
  }
}
