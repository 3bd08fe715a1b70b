package io.taustream.storage.label;

import io.taustream.storage.object.ObjectUri;
import io.taustream.storage.sample.SampleView;
import io.taustream.storage.sample.Shard;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;

/**
 * Made-up labels of one shard: a pure function of its fields, so that tests can ask for any row.
 */
record Labels(
    LabelSet set,
    int views,
    Shard shard,
    int samples,
    TreeSet<Integer> skipped,
    long seed,
    int firstClass) {
  static final String SHA = "0123456789abcdef".repeat(4);
  static final ObjectUri ROOT = new ObjectUri("s3", "bucket", "labels");
  static final long CRC = 0xfedcba98L;

  Labels(LabelSet set, int views, Shard shard, int samples, TreeSet<Integer> skipped, long seed) {
    this(set, views, shard, samples, skipped, seed, 0);
  }

  static LabelSet set(LabelEncoding encoding, int classes) {
    return new LabelSet(
        "resnet56", SHA, "pad-crop-flip-0123456789ab", "{\"size\":32}", classes, encoding);
  }

  static Shard shard(String name) {
    return new Shard(name, new ObjectUri("s3", "bucket", "data/" + name), 12345, "etag-1");
  }

  static Labels of(LabelEncoding encoding, int views, int classes, int samples) {
    return new Labels(
        set(encoding, classes), views, shard("train-0000.tar"), samples, new TreeSet<>(), 1);
  }

  Labels withSkipped(Integer... ordinals) {
    return new Labels(set, views, shard, samples, new TreeSet<>(List.of(ordinals)), seed);
  }

  Labels withShard(Shard other) {
    return new Labels(set, views, other, samples, skipped, seed);
  }

  Labels withViews(int other) {
    return new Labels(set, other, shard, samples, skipped, seed);
  }

  List<Integer> ordinals() {
    List<Integer> ordinals = new ArrayList<>();
    for (int i = 0; i < samples; i++) {
      if (!skipped.contains(i)) {
        ordinals.add(i);
      }
    }
    return ordinals;
  }

  SampleView row(int ordinal, int view) {
    return new SampleView(
        shard.name(),
        ordinal,
        key(ordinal),
        ordinal % 7 - 1 + firstClass,
        view,
        seed * 31 + ordinal * 1009L + view);
  }

  long digest() {
    SampleDigest digest = new SampleDigest();
    ordinals().forEach(o -> digest.add(o, row(o, 0).label(), key(o)));
    return digest.value();
  }

  String key(int ordinal) {
    return "schlüssel/" + "x".repeat(ordinal % 5) + ordinal;
  }

  /** The teacher's logits, before any rounding. */
  float[] logits(int ordinal, int view) {
    Random random = new Random(seed * 1_000_003 + ordinal * 65_537L + view);
    float[] logits = new float[set.classes()];
    for (int c = 0; c < logits.length; c++) {
      logits[c] = (float) (random.nextGaussian() * 8);
    }
    return logits;
  }

  SoftLabelBatch batch(List<SampleView> rows, BufferAllocator allocator) {
    int classes = set.classes();
    ArrowBuf buffer = allocator.buffer(Math.max(1, (long) rows.size() * classes * Float.BYTES));
    SoftLabelBatch batch = new SoftLabelBatch(rows, classes, buffer);
    FloatBuffer logits = batch.logits();
    for (SampleView row : rows) {
      logits.put(logits(row.ordinal(), row.view()));
    }
    return batch;
  }

  /** What a student must see. */
  float[] expected(int ordinal, int view, BufferAllocator allocator) {
    try (SoftLabelBatch batch = batch(List.of(row(ordinal, view)), allocator)) {
      set.encoding().roundTrip(batch, set.teacherSha256());
      float[] logits = new float[set.classes()];
      batch.logits().get(logits);
      return logits;
    }
  }

  /** Appends all rows that the writer lacks: chunks of samples, each chunk view by view. */
  void appendTo(LabelFileWriter writer, int chunk, BufferAllocator allocator) {
    List<Integer> ordinals = ordinals();
    for (int from = 0; from < ordinals.size(); from += chunk) {
      List<Integer> part = ordinals.subList(from, Math.min(ordinals.size(), from + chunk));
      for (int v : writer.missingViews()) {
        append(writer, part.stream().map(o -> row(o, v)).toList(), allocator);
      }
    }
  }

  void append(LabelFileWriter writer, List<SampleView> rows, BufferAllocator allocator) {
    try (SoftLabelBatch batch = batch(rows, allocator)) {
      writer.append(batch);
    }
  }

  LabelMetadata store(SoftLabelStore store, BufferAllocator allocator) {
    return store(store, allocator, CRC);
  }

  LabelMetadata store(SoftLabelStore store, BufferAllocator allocator, long crc32c) {
    try (LabelFileWriter writer = store.begin(shard)) {
      appendTo(writer, 7, allocator);
      return writer.commit(crc32c, skipped).block();
    }
  }

  /** Adds the views that are missing; null where none is. */
  LabelMetadata extend(SoftLabelStore store, BufferAllocator allocator, long crc32c) {
    try (LabelFileWriter writer = store.extend(shard).block()) {
      if (writer == null) {
        return null;
      }
      appendTo(writer, 5, allocator);
      return writer.commit(crc32c, skipped).block();
    }
  }
}
