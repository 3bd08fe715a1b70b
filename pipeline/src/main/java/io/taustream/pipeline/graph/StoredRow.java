package io.taustream.pipeline.graph;

import io.taustream.storage.label.LabelEncoding;
import io.taustream.storage.label.LabelFile;
import io.taustream.storage.label.Sampled;
import io.taustream.storage.label.SampledColumns;
import io.taustream.storage.label.SoftLabelBatch;
import io.taustream.storage.label.TopK;
import io.taustream.storage.label.TopKColumns;
import io.taustream.storage.sample.SampleView;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Optional;

/**
 * Compares a stored row with what the teacher says now.
 *
 * <p>Where model, batch, machine and thread count are those of the labelling, both are equal to the
 * bit. Elsewhere the last bits of float32 logits differ, since kernels add in another order, and
 * rounding to float16 can carry that to one unit in the last place, 2⁻¹⁰ of the value. Both lie
 * within {@link #TOLERANCE} times the largest magnitude of the row (at least 1); another teacher,
 * image or view does not.
 */
final class StoredRow {
  /** Twice a unit in the last place of a float16. */
  static final float TOLERANCE = 0x1p-9f;

  private final LabelFile file;
  private final SampleView row;

  StoredRow(LabelFile file, SampleView row) {
    this.file = file;
    this.row = row;
  }

  /**
   * How near a stored row is.
   *
   * @param exact equal to the bit
   * @param problem what is wrong; empty where the row is near enough
   */
  record Nearness(boolean exact, Optional<String> problem) {}

  /**
   * Compares.
   *
   * @param teacher the row's logits as the teacher gives them, all classes
   * @param roundTripped the same as a reader of the stored label would see them
   */
  Nearness compare(float[] teacher, float[] roundTripped) {
    if (!file.key(row.ordinal(), row.view()).equals(row.key())) {
      return problem(
          "is of '%s', the shard's is '%s'"
              .formatted(file.key(row.ordinal(), row.view()), row.key()));
    }
    float[] stored = new float[teacher.length];
    file.logits(row.ordinal(), row.view(), stored);
    if (Arrays.equals(stored, roundTripped)) {
      return new Nearness(true, Optional.empty());
    }
    float allowed = allowed(teacher);
    LabelEncoding encoding = file.metadata().set().encoding();
    if (encoding instanceof TopK topK) {
      return compareTop(topK, teacher, allowed);
    }
    return encoding instanceof Sampled sampled
        ? compareDrawn(sampled, teacher, allowed)
        : compareAll(stored, roundTripped, allowed);
  }

  private static float allowed(float[] teacher) {
    float largest = 1;
    for (float logit : teacher) {
      largest = Math.max(largest, Math.abs(logit));
    }
    return TOLERANCE * largest;
  }

  private Nearness compareAll(float[] stored, float[] now, float allowed) {
    int worst = 0;
    for (int c = 1; c < now.length; c++) {
      if (Math.abs(stored[c] - now[c]) > Math.abs(stored[worst] - now[worst])) {
        worst = c;
      }
    }
    return judge(worst, stored[worst], now[worst], allowed);
  }

  /** Near ties may stand in another order, or the last one in the place of another class. */
  private Nearness compareTop(TopK topK, float[] teacher, float allowed) {
    TopKColumns top = TopKColumns.allocate(1, topK);
    file.topK(row.ordinal(), row.view(), top);
    float[] rest = teacher.clone();
    Nearness nearness = new Nearness(false, Optional.empty());
    for (int i = 0; i < topK.k() && nearness.problem().isEmpty(); i++) {
      int c = top.indices().get(i);
      nearness = judge(c, top.logits().get(i), teacher[c], allowed);
      rest[c] = Float.NEGATIVE_INFINITY;
    }
    int largest = 0;
    for (int c = 1; c < rest.length; c++) {
      largest = rest[c] > rest[largest] ? c : largest;
    }
    float least = top.logits().get(topK.k() - 1);
    return nearness.problem().isEmpty() && rest[largest] > least + allowed
        ? problem(
            "lacks class %d, for which the teacher gives %s; the least of the top %d is %s"
                .formatted(largest, rest[largest], topK.k(), least))
        : nearness;
  }

  /** The last bits of a probability may move a draw to a neighbour; its logit must be right. */
  private Nearness compareDrawn(Sampled sampled, float[] teacher, float allowed) {
    SampledColumns drawn = SampledColumns.allocate(1, sampled);
    file.sampled(row.ordinal(), row.view(), drawn);
    int top = drawn.topIndex().get(0);
    Nearness nearness = judge(top, drawn.topLogit().get(0), teacher[top], allowed);
    for (int i = 0; i < sampled.n() && nearness.problem().isEmpty(); i++) {
      if (drawn.counts().get(i) > 0) {
        int c = drawn.indices().get(i);
        nearness = judge(c, drawn.logits().get(i), teacher[c], allowed);
      }
    }
    return nearness;
  }

  private Nearness judge(int c, float stored, float now, float allowed) {
    return Math.abs(stored - now) <= allowed
        ? new Nearness(false, Optional.empty())
        : problem(
            "class %d is stored as %s, the teacher gives %s; allowed is a difference of %s"
                .formatted(c, stored, now, allowed));
  }

  private Nearness problem(String what) {
    return new Nearness(
        false,
        Optional.of(
            "%s: view %d, row of sample '%s' (ordinal %d): %s; label the shard again"
                .formatted(file.name(), row.view(), row.key(), row.ordinal(), what)));
  }

  /** Row {@code i} of a batch. */
  static float[] logits(SoftLabelBatch batch, int i) {
    float[] logits = new float[batch.classes()];
    FloatBuffer all = batch.logits();
    all.get(i * batch.classes(), logits);
    return logits;
  }
}
