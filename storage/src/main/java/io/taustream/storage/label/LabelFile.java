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
import org.apache.arrow.memory.BufferAllocator;

/**
 * A label file, mapped into memory and read in place; {@link LabelFileWriter} specifies it. Rows
 * are addressed by the sample's ordinal in its shard and the view. Values are checked as they are
 * read. A compressed batch cannot be read in place: it is decompressed whole, and kept for a while.
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

  /** What compressed batches may take that were read last, unless one alone takes more. */
  static final long CACHE_BYTES = 64L << 20;

  private final String name;
  private final LabelFooter footer;
  private final LabelMetadata metadata;
  private final int[] skipped;
  private final int batchRows;
  private final int batchesPerView;
  private volatile LabelBatches batches;

  /**
   * @param name what messages call the file
   * @param batches become the file's, which closes them
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
   * @param allocator accounts what compressed batches are decompressed into: those read last, up to
   *     64 MiB, or one if that is more; nothing where the file is not compressed
   * @throws DamagedLabelFileException if it is no whole label file
   * @throws TaustreamException if it is not there or cannot be read
   */
  public static LabelFile open(Path file, BufferAllocator allocator) {
    return open(file, new DecompressedBatches(allocator, CACHE_BYTES));
  }

  /**
   * @param decompressed where compressed batches are read
   */
  static LabelFile open(Path file, DecompressedBatches decompressed) {
    return open(file, decompressed, SEGMENT_BYTES);
  }

  static LabelFile open(Path file, DecompressedBatches decompressed, long segmentBytes) {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      LocalBatches batches = LocalBatches.map(channel, segmentBytes, decompressed, file.toString());
      return new LabelFile(file.toString(), batches.footer(), batches);
    } catch (NoSuchFileException e) {
      throw new LabelsMissingException("there is no label file %s".formatted(file));
    } catch (IOException e) {
      throw new TaustreamException("cannot read label file %s: %s".formatted(file, e), e);
    }
  }

  LabelFooter footer() {
    return footer;
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
    LabelSet set = metadata.set();
    boolean finite;
    try (MappedBatch batch = batch(row, view)) {
      finite =
          set.encoding()
              .decode(batch.bytes(), batch.columns(), row % batchRows, set.classes(), destination);
    }
    if (!finite) {
      throw notFinite(row, view);
    }
  }

  /** Like {@link #logits(int, int, FloatBuffer)} into an array from its start. */
  public void logits(int ordinal, int view, float[] destination) {
    logits(ordinal, view, FloatBuffer.wrap(destination));
  }

  /**
   * Reads the logits of a view in the shard's order, many rows at a time: the fastest way to read
   * all of them.
   *
   * @throws IllegalArgumentException if there is no such view
   */
  public LabelScan scan(int view) {
    requireView(view);
    return new LabelScan(this, view);
  }

  /**
   * @param row of the view
   */
  DamagedLabelFileException notFinite(int row, int view) {
    int ordinal = row;
    for (int i = 0; i < skipped.length && skipped[i] <= ordinal; i++) {
      ordinal++;
    }
    return new DamagedLabelFileException(
        "%s, batch %d, row %d (view %d, sample %d) has logits that are not finite; remove it and label again"
            .formatted(name, index(row, view), row % batchRows, view, ordinal));
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
    if (!(metadata.set().encoding() instanceof TopK encoding)) {
      throw wrongEncoding(TopK.NAME);
    }
    int row = row(ordinal);
    int classes = metadata.set().classes();
    String wrong;
    try (MappedBatch batch = batch(row, view)) {
      wrong = encoding.read(batch.bytes(), batch.columns(), row % batchRows, classes, destination);
    }
    if (wrong != null) {
      throw noLabel(TopK.NAME, ordinal, view, wrong);
    }
  }

  /**
   * A sampled label as it is stored.
   *
   * @param destination receives the row at its positions, which advance
   * @throws TaustreamException if the sample has no labels, or what is stored is no sampled label
   * @throws IllegalStateException if the file's encoding is another one
   */
  public void sampled(int ordinal, int view, SampledColumns destination) {
    if (!(metadata.set().encoding() instanceof Sampled encoding)) {
      throw wrongEncoding(Sampled.NAME);
    }
    int row = row(ordinal);
    int classes = metadata.set().classes();
    String wrong;
    try (MappedBatch batch = batch(row, view)) {
      wrong = encoding.read(batch.bytes(), batch.columns(), row % batchRows, classes, destination);
    }
    if (wrong != null) {
      throw noLabel(Sampled.NAME, ordinal, view, wrong);
    }
  }

  /**
   * A row as it is stored, in any encoding.
   *
   * @param destination receives the row, behind those that it holds
   * @throws TaustreamException if the sample has no labels, or what is stored is none
   */
  public void stored(int ordinal, int view, EncodedRows destination) {
    int row = row(ordinal);
    LabelSet set = metadata.set();
    LabelEncoding encoding = set.encoding();
    try (MappedBatch batch = batch(row, view)) {
      int place = row % batchRows;
      String wrong = encoding.inspect(batch.bytes(), batch.columns(), place, set.classes());
      if (wrong != null) {
        throw noLabel(encoding.text(), ordinal, view, wrong);
      }
      destination.append(batch.bytes(), batch.columns(), place);
    }
  }

  private DamagedLabelFileException noLabel(String kind, int ordinal, int view, String wrong) {
    return new DamagedLabelFileException(
        "%s, view %d, sample %d holds no %s label: %s; remove it and label again"
            .formatted(name, view, ordinal, kind, wrong));
  }

  private IllegalStateException wrongEncoding(String asked) {
    return new IllegalStateException(
        "%s is %s, not %s".formatted(name, metadata.set().encoding().text(), asked));
  }

  /** The seed of the view that the teacher saw. */
  public long viewSeed(int ordinal, int view) {
    int row = row(ordinal);
    try (MappedBatch batch = batch(row, view)) {
      return batch.viewSeed(row % batchRows);
    }
  }

  /** The sample's key. */
  public String key(int ordinal) {
    return key(ordinal, 0);
  }

  /** The sample's key, read beside one of its views: no other batch is fetched for it. */
  public String key(int ordinal, int view) {
    int row = row(ordinal);
    try (MappedBatch batch = batch(row, view)) {
      return new String(batch.key(row % batchRows), StandardCharsets.UTF_8);
    }
  }

  /** The sample's class, −1 where there is none. */
  public int label(int ordinal) {
    int row = row(ordinal);
    try (MappedBatch batch = batch(row, 0)) {
      return batch.label(row % batchRows);
    }
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

  private void requireView(int view) {
    if (view < 0 || view >= metadata.views()) {
      throw new IllegalArgumentException(
          "%s has no view %d, only %d".formatted(name, view, metadata.views()));
    }
  }

  /**
   * The batch that holds a row of a view, at {@code row} modulo {@link #batchRows}; whoever asks
   * closes it.
   */
  MappedBatch batch(int row, int view) {
    requireView(view);
    return open().batch(index(row, view)).open();
  }

  private int index(int row, int view) {
    return view * batchesPerView + row / batchRows;
  }

  /** Rows of each batch but a view's last. */
  int batchRows() {
    return batchRows;
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
  public synchronized void close() {
    LabelBatches current = batches;
    if (current != null) {
      batches = null;
      current.close();
    }
  }
}
