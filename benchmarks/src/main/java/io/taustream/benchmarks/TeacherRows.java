package io.taustream.benchmarks;

import io.taustream.storage.label.LabelFileWriter;
import io.taustream.storage.label.SoftLabelBatch;
import io.taustream.storage.label.SoftLabelStore;
import io.taustream.storage.sample.SampleView;
import io.taustream.storage.sample.Shard;
import io.taustream.teacher.TeacherIdentity;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;

/** The logits that a teacher gave the first samples of a shard, to be stored in several ways. */
final class TeacherRows {
  private static final int AT_ONCE = 500;

  private final TeacherIdentity teacher;
  private final int classes;
  private final List<SampleView> views = new ArrayList<>();
  private final List<float[]> logits = new ArrayList<>();

  TeacherRows(TeacherIdentity teacher, int classes) {
    this.teacher = teacher;
    this.classes = classes;
  }

  /** Copies a batch, which stays the caller's. */
  void add(SoftLabelBatch batch) {
    views.addAll(batch.rows());
    for (int row = 0; row < batch.size(); row++) {
      float[] own = new float[classes];
      batch.logits().get(row * classes, own);
      logits.add(own);
    }
  }

  TeacherIdentity teacher() {
    return teacher;
  }

  int classes() {
    return classes;
  }

  int size() {
    return views.size();
  }

  /** The logits of the i-th sample; borrowed. */
  float[] logits(int ordinal) {
    return logits.get(ordinal);
  }

  /** Commits them as the shard's labels. */
  void write(SoftLabelStore store, Shard shard, BufferAllocator allocator) {
    try (LabelFileWriter writer = store.begin(shard)) {
      for (int from = 0; from < size(); from += AT_ONCE) {
        List<SampleView> rows = views.subList(from, Math.min(from + AT_ONCE, size()));
        long bytes = (long) rows.size() * classes * Float.BYTES;
        try (SoftLabelBatch batch = new SoftLabelBatch(rows, classes, allocator.buffer(bytes))) {
          for (int row = 0; row < rows.size(); row++) {
            batch.logits().put(row * classes, logits.get(from + row));
          }
          writer.append(batch);
        }
      }
      // The checksum identifies the data shard to "labels verify", which nobody asks here.
      writer.commit(0, List.of()).block();
    }
  }
}
