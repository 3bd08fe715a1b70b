package io.taustream.benchmarks;

import io.taustream.ingest.format.Sample;
import io.taustream.storage.label.LabelFileWriter;
import io.taustream.storage.label.SoftLabelBatch;
import io.taustream.storage.label.SoftLabelStore;
import io.taustream.storage.sample.SampleView;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;

/**
 * Stores labels for a shard without a teacher: what a student's step costs does not depend on what
 * the logits are, so they are drawn.
 */
final class StoredLabels {
  private static final double DEVIATION = 3;
  private static final int AT_ONCE = 500;

  private final SoftLabelStore store;
  private final BufferAllocator allocator;
  private final SplittableRandom random = new SplittableRandom(1);

  StoredLabels(SoftLabelStore store, BufferAllocator allocator) {
    this.store = store;
    this.allocator = allocator;
  }

  /** Commits a label for each of a shard's samples. */
  void write(List<Sample> samples) {
    try (LabelFileWriter writer = store.begin(samples.get(0).shard())) {
      for (int from = 0; from < samples.size(); from += AT_ONCE) {
        List<Sample> some = samples.subList(from, Math.min(from + AT_ONCE, samples.size()));
        try (SoftLabelBatch rows = draw(some)) {
          writer.append(rows);
        }
      }
      // The checksum identifies the data shard to "labels verify", which nobody asks here.
      writer.commit(0, List.of()).block();
    }
  }

  private SoftLabelBatch draw(List<Sample> samples) {
    List<SampleView> rows =
        samples.stream()
            .map(
                sample ->
                    new SampleView(
                        sample.shard().name(),
                        sample.ordinal(),
                        sample.key(),
                        sample.label(),
                        0,
                        Workbench.VIEW.viewSeed(sample.key(), 0)))
            .toList();
    ArrowBuf memory = allocator.buffer((long) rows.size() * Workbench.CLASSES * Float.BYTES);
    SoftLabelBatch batch = new SoftLabelBatch(rows, Workbench.CLASSES, memory);
    FloatBuffer logits = batch.logits();
    for (int i = 0; i < rows.size() * Workbench.CLASSES; i++) {
      logits.put(i, (float) (DEVIATION * random.nextGaussian()));
    }
    return batch;
  }
}
