package io.taustream.storage.share;

import io.taustream.storage.TaustreamException;
import io.taustream.storage.label.EncodedRows;
import io.taustream.storage.label.LabelColumn;
import io.taustream.storage.label.LabelEncoding;
import io.taustream.storage.label.LabelFileWriter;
import io.taustream.storage.label.LabelMetadata;
import io.taustream.storage.label.LabelSet;
import io.taustream.storage.label.SoftLabelBatch;
import io.taustream.storage.label.SoftLabelStore;
import io.taustream.storage.sample.SampleView;
import io.taustream.storage.sample.Shard;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import org.apache.arrow.memory.BufferAllocator;

/**
 * Makes a label file of a shared one. Every row is compared with the shard that it claims to be of:
 * ordinal, key and class with the shard's samples, view and seed with the views that the store is
 * for; and in the end every view has every sample that is not skipped, once. The label file is
 * committed whole, as labelling does, or not at all. Blocking; holds one block of rows.
 */
public final class ShareImport {
  private final SoftLabelStore store;
  private final ViewSeeds seeds;
  private final BufferAllocator allocator;

  /** What the random numbers of a view follow from. */
  @FunctionalInterface
  public interface ViewSeeds {
    /** The seed of a sample's view. */
    long seed(String key, int view);
  }

  /**
   * @param store of as many views as the file has
   * @param seeds of the views that the store is for
   * @param allocator accounts what the store does not
   */
  public ShareImport(SoftLabelStore store, ViewSeeds seeds, BufferAllocator allocator) {
    this.store = store;
    this.seeds = seeds;
    this.allocator = allocator;
  }

  /**
   * Imports.
   *
   * @param shard that the labels are of
   * @param samples of that shard, as it was read
   * @return what was committed
   * @throws TaustreamException if the labels are of something else or not whole: it names the file
   *     and the row; nothing is committed then
   * @throws IllegalArgumentException if the store is of another number of views
   */
  public LabelMetadata run(ShareReader file, Shard shard, ShardSamples samples) {
    ShareHeader header = file.header();
    LabelSet set = store.set();
    if (store.views() != header.views()) {
      throw new IllegalArgumentException(
          "%s has %d views, the store is of %d"
              .formatted(header.where(), header.views(), store.views()));
    }
    header.requireFits(set, shard);
    header.requireSame(samples.count(), samples.crc32c());
    List<LabelColumn> columns = header.columns(set);
    Rows rows = new Rows(header, samples);
    try (LabelFileWriter writer = store.begin(shard)) {
      for (Optional<RowBlock> block = file.next(columns);
          block.isPresent();
          block = file.next(columns)) {
        rows.check(block.get());
        append(header, block.get(), writer);
      }
      rows.requireAll();
      return writer.commit(samples.crc32c(), header.skipped()).block();
    }
  }

  private void append(ShareHeader header, RowBlock block, LabelFileWriter writer) {
    LabelSet set = store.set();
    if (header.isEncodedFor(set)) {
      for (int i = 0; i < block.rows().size(); i++) {
        String wrong = block.labels().inspect(i, set);
        if (wrong != null) {
          throw refuse(header, block, i, wrong);
        }
      }
      writer.append(block.rows(), block.labels());
      return;
    }
    int classes = set.classes();
    try (SoftLabelBatch batch =
        new SoftLabelBatch(
            block.rows(),
            classes,
            allocator.buffer((long) block.rows().size() * classes * Float.BYTES))) {
      FloatBuffer logits = batch.logits().put(floats(block.labels())).flip();
      for (int i = 0; i < block.rows().size(); i++) {
        requireStorable(header, block, i, logits.position(i * classes));
      }
      writer.append(batch);
    }
  }

  private static FloatBuffer floats(EncodedRows labels) {
    return labels.column(0).duplicate().flip().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
  }

  private void requireStorable(ShareHeader header, RowBlock block, int i, FloatBuffer logits) {
    LabelEncoding encoding = store.set().encoding();
    int bad = encoding.firstUnstorable(logits, store.set().classes());
    if (bad >= 0) {
      throw refuse(
          header,
          block,
          i,
          "the logit of class %d is %s, which %s cannot hold"
              .formatted(bad, logits.get(logits.position() + bad), encoding.text()));
    }
  }

  private static TaustreamException refuse(ShareHeader header, RowBlock block, int i, String what) {
    SampleView row = block.rows().get(i);
    String place = block.first() < 0 ? "" : ", row " + (block.first() + i);
    return new TaustreamException(
        "%s%s (ordinal %d, key '%s', view %d): %s"
            .formatted(header.where(), place, row.ordinal(), row.key(), row.view(), what));
  }

  /** What has been seen of each view. */
  private final class Rows {
    private final ShareHeader header;
    private final ShardSamples samples;
    private final BitSet skipped;
    private final BitSet[] seen;

    Rows(ShareHeader header, ShardSamples samples) {
      this.header = header;
      this.samples = samples;
      this.skipped = header.skippedSet();
      this.seen = new BitSet[header.views()];
      for (int view = 0; view < seen.length; view++) {
        seen[view] = new BitSet();
      }
    }

    void check(RowBlock block) {
      for (int i = 0; i < block.rows().size(); i++) {
        String wrong = wrong(block.rows().get(i));
        if (wrong != null) {
          throw refuse(header, block, i, wrong);
        }
      }
    }

    private String wrong(SampleView row) {
      if (row.ordinal() >= samples.count()) {
        return "shard %s has %d samples".formatted(header.shardName(), samples.count());
      }
      if (!samples.has(row.ordinal(), row.key(), row.label())) {
        return "it has class %d; shard %s has another key or class at this ordinal"
            .formatted(row.label(), header.shardName());
      }
      long seed = seeds.seed(row.key(), row.view());
      if (row.viewSeed() != seed) {
        return "its view seed is %d, that of view %s is %d: the labels are of other pixels"
            .formatted(row.viewSeed(), store.set().viewId(), seed);
      }
      if (skipped.get(row.ordinal())) {
        return "taustream.skipped says that this sample has no rows";
      }
      BitSet view = seen[row.view()];
      if (view.get(row.ordinal())) {
        return "this sample and view were there before; each is expected once";
      }
      if (view.length() > row.ordinal()) {
        return "it comes after ordinal %d; ordinals of a view rise".formatted(view.length() - 1);
      }
      view.set(row.ordinal());
      return null;
    }

    void requireAll() {
      for (int view = 0; view < seen.length; view++) {
        BitSet there = seen[view];
        there.or(skipped);
        int missing = there.nextClearBit(0);
        if (missing < samples.count()) {
          throw new TaustreamException(
              "%s has no row of ordinal %d in view %d; every sample of shard %s has one in each of %d views, unless taustream.skipped lists it"
                  .formatted(header.where(), missing, view, header.shardName(), seen.length));
        }
      }
    }
  }
}
