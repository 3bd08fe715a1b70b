package io.taustream.storage.label;

import io.taustream.storage.TaustreamException;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;

/**
 * A label file, mapped into memory and read in place; {@link LabelFileWriter} specifies it. Rows
 * are addressed by the sample's ordinal in its shard and the view. Values are checked as they are
 * read.
 *
 * <p>From {@code file:}, opening reads the footer and each batch's message; checksums are compared
 * by {@link #verify} only. From an object store, opening reads the footer; each record batch is
 * fetched by one ranged read when it is first asked for, which then blocks, and is compared with
 * its checksum. A fetch fails with {@link LabelsChangedException} where the file was replaced, but
 * by one with only more views.
 *
 * <p>Thread-safe: reading changes nothing. After {@link #close} every read fails. The mapping
 * itself is given back when the garbage collector finds it: unmapping at once would turn a late
 * read into a crash of the process.
 */
public final class LabelFile implements AutoCloseable {
  /** Batches are mapped together up to this size; {@code map} takes less than 2 GiB at a time. */
  private static final long SEGMENT_BYTES = 1L << 30;

  private final String name;
  private final LabelFooter footer;
  private final LabelMetadata metadata;
  private final int[] skipped;
  private final int batchRows;
  private final int batchesPerView;
  private volatile LabelBatches batches;

  /**
   * @param name what messages call the file
   */
  LabelFile(String name, LabelFooter footer, LabelBatches batches) {
    this.name = name;
    this.footer = footer;
    this.metadata = footer.metadata();
    this.skipped = metadata.skipped().stream().mapToInt(Integer::intValue).toArray();
    this.batchRows = LabelFileFormat.batchRows(metadata.set());
    this.batchesPerView = footer.batchesPerView();
    this.batches = batches;
  }

  /**
   * Maps a label file. The file must not be changed in place while it is open; stores replace files
   * whole, which leaves what is mapped as it was.
   *
   * @throws DamagedLabelFileException if it is no whole label file
   * @throws TaustreamException if it is not there or cannot be read
   */
  public static LabelFile open(Path file) {
    return open(file, SEGMENT_BYTES);
  }

  static LabelFile open(Path file, long segmentBytes) {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      LocalBatches batches = LocalBatches.map(channel, segmentBytes, file.toString());
      return new LabelFile(file.toString(), batches.footer(), batches);
    } catch (NoSuchFileException e) {
      throw new LabelsMissingException("there is no label file %s".formatted(file));
    } catch (IOException e) {
      throw new TaustreamException("cannot read label file %s: %s".formatted(file, e), e);
    }
  }

  /** What the file says of itself. */
  public LabelMetadata metadata() {
    return metadata;
  }

  /** Its path, or its URI where it lies in an object store. */
  public String name() {
    return name;
  }

  /** Rows of all views. */
  public long rows() {
    return metadata.rows();
  }

  /** Samples of the shard, those without an image included: ordinals run from 0 below this. */
  public int samples() {
    return metadata.samples();
  }

  /** Views of each sample. */
  public int views() {
    return metadata.views();
  }

  /** Whether the sample has labels; it has none if it has no decodable image or is not there. */
  public boolean has(int ordinal) {
    return ordinal >= 0
        && ordinal < metadata.samples()
        && Arrays.binarySearch(skipped, ordinal) < 0;
  }

  /**
   * The teacher's logits as a student sees them: for top-k, see {@link TopK}.
   *
   * @param destination receives {@code classes} floats at its position, which advances
   * @throws TaustreamException if the sample has no labels, or a stored logit is not finite
   */
  public void logits(int ordinal, int view, FloatBuffer destination) {
    int row = row(ordinal);
    MappedBatch batch = batch(row, view);
    LabelSet set = metadata.set();
    boolean finite =
        set.encoding()
            .decode(batch.bytes(), batch.columns(), row % batchRows, set.classes(), destination);
    if (!finite) {
      throw new DamagedLabelFileException(
          "%s, view %d, sample %d has logits that are not finite; remove it and label again"
              .formatted(name, view, ordinal));
    }
  }

  /** Like {@link #logits(int, int, FloatBuffer)} into an array from its start. */
  public void logits(int ordinal, int view, float[] destination) {
    logits(ordinal, view, FloatBuffer.wrap(destination));
  }

  /**
   * A top-k label as it is stored.
   *
   * @param destination receives the row at its positions, which advance
   * @throws TaustreamException if the sample has no labels, or what is stored is no top-k label of
   *     finite logits
   * @throws IllegalStateException if the file's encoding is another one
   */
  public void topK(int ordinal, int view, TopKColumns destination) {
    TopK encoding = topK();
    int row = row(ordinal);
    MappedBatch batch = batch(row, view);
    String wrong =
        encoding.read(
            batch.bytes(), batch.columns(), row % batchRows, metadata.set().classes(), destination);
    if (wrong != null) {
      throw new DamagedLabelFileException(
          "%s, view %d, sample %d holds no top-k label: %s; remove it and label again"
              .formatted(name, view, ordinal, wrong));
    }
  }

  private TopK topK() {
    if (!(metadata.set().encoding() instanceof TopK topK)) {
      throw new IllegalStateException(
          "%s is %s, not top-k".formatted(name, metadata.set().encoding().text()));
    }
    return topK;
  }

  /** The seed of the view that the teacher saw. */
  public long viewSeed(int ordinal, int view) {
    int row = row(ordinal);
    return batch(row, view).viewSeed(row % batchRows);
  }

  /** The sample's key. */
  public String key(int ordinal) {
    return key(ordinal, 0);
  }

  /** The sample's key, read beside one of its views: no other batch is fetched for it. */
  public String key(int ordinal, int view) {
    int row = row(ordinal);
    return new String(batch(row, view).key(row % batchRows), StandardCharsets.UTF_8);
  }

  /** The sample's class, −1 where there is none. */
  public int label(int ordinal) {
    int row = row(ordinal);
    return batch(row, 0).label(row % batchRows);
  }

  private int row(int ordinal) {
    int before = Arrays.binarySearch(skipped, ordinal);
    if (before >= 0 || ordinal < 0 || ordinal >= metadata.samples()) {
      throw new LabelsMissingException(
          "%s has no labels of sample %d: %s"
              .formatted(
                  name,
                  ordinal,
                  before >= 0
                      ? "its image could not be decoded when the shard was labelled"
                      : "the shard had %d samples".formatted(metadata.samples())));
    }
    return ordinal - (-before - 1);
  }

  private MappedBatch batch(int row, int view) {
    if (view < 0 || view >= metadata.views()) {
      throw new IllegalArgumentException(
          "%s has no view %d, only %d".formatted(name, view, metadata.views()));
    }
    return open().batch(view * batchesPerView + row / batchRows);
  }

  private LabelBatches open() {
    LabelBatches current = batches;
    if (current == null) {
      throw new IllegalStateException("label file %s is closed".formatted(name));
    }
    return current;
  }

  /**
   * Reads the whole file and compares it with what {@link LabelFileWriter} writes: checksums, the
   * order of rows, views, seeds and values.
   *
   * @return what is wrong, at most the first 100 places; empty if the file is whole
   */
  public List<LabelProblem> verify() {
    return new LabelFileCheck(name, footer, open()).run();
  }

  @Override
  public void close() {
    batches = null;
  }
}
