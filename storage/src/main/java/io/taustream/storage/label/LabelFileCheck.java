package io.taustream.storage.label;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;

/** The whole-file check of {@link LabelFile#verify}. */
final class LabelFileCheck {
  private static final int MAX_PROBLEMS = 100;

  private final String file;
  private final LabelFooter footer;
  private final LabelBatches batches;
  private final List<LabelProblem> problems = new ArrayList<>();

  LabelFileCheck(String file, LabelFooter footer, LabelBatches batches) {
    this.file = file;
    this.footer = footer;
    this.batches = batches;
  }

  List<LabelProblem> run() {
    checkHead();
    int perView = footer.batchesPerView();
    for (int i = 0; i < footer.blocks().size(); i++) {
      try {
        checkBatch(i, perView);
      } catch (DamagedLabelFileException e) {
        report(i, -1, e.getMessage());
      }
    }
    return List.copyOf(problems);
  }

  private void checkHead() {
    try {
      if (checksum(batches.head()) != footer.checksums().get(0)) {
        report(-1, -1, "its head differs from its CRC-32C in the footer");
      }
    } catch (DamagedLabelFileException e) {
      report(-1, -1, e.getMessage());
    }
  }

  private void checkBatch(int index, int perView) {
    StoredBatch stored = batches.batch(index);
    if (checksum(stored.bytes()) != footer.checksums().get(index + 1)) {
      report(index, -1, "its bytes differ from their CRC-32C in the footer");
    }
    int first = index % perView;
    try (MappedBatch batch = stored.open();
        MappedBatch reference = batches.batch(first).open()) {
      checkRows(index, index / perView, batch, first, reference);
    }
  }

  /** Views are in order and have seeds of their own; every view has the samples of view 0. */
  private void checkRows(
      int index, int view, MappedBatch batch, int referenceIndex, MappedBatch reference) {
    LabelSet set = footer.metadata().set();
    for (int row = 0; row < batch.rows() && problems.size() < MAX_PROBLEMS; row++) {
      if (batch.view(row) != view) {
        report(index, row, "its view is %d, expected is %d".formatted(batch.view(row), view));
      }
      try {
        if (!Arrays.equals(batch.key(row), reference.key(row))
            || batch.label(row) != reference.label(row)) {
          report(index, row, "its key or label is not that of view 0");
        }
      } catch (DamagedLabelFileException e) {
        report(index, row, e.getMessage());
      }
      if (index != referenceIndex && batch.viewSeed(row) == reference.viewSeed(row)) {
        report(index, row, "it has the view seed of view 0");
      }
      String wrong = set.encoding().inspect(batch.bytes(), batch.columns(), row, set.classes());
      if (wrong != null) {
        report(index, row, wrong);
      }
    }
  }

  private void report(int batch, int row, String what) {
    if (problems.size() < MAX_PROBLEMS) {
      problems.add(new LabelProblem(file, batch, row, what));
    }
  }

  private static long checksum(ByteBuffer bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes.duplicate());
    return crc.getValue();
  }
}
