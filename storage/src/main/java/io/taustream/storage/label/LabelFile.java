package io.taustream.storage.label;

import io.taustream.storage.TaustreamException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.Schema;

/**
 * A label file, mapped into memory and read in place; {@link LabelFileWriter} specifies it. Rows
 * are addressed by the sample's ordinal in its shard and the view. Opening reads the footer and
 * each batch's message; values are checked as they are read, and checksums only by {@link #verify}.
 *
 * <p>Thread-safe: reading changes nothing. After {@link #close} every read fails. The mapping
 * itself is given back when the garbage collector finds it: unmapping at once would turn a late
 * read into a crash of the process.
 */
public final class LabelFile implements AutoCloseable {
  /** Batches are mapped together up to this size; {@code map} takes less than 2 GiB at a time. */
  private static final long SEGMENT_BYTES = 1L << 30;

  private final Path file;
  private final LabelFooter footer;
  private final ByteBuffer head;
  private final LabelMetadata metadata;
  private final int[] skipped;
  private final int batchRows;
  private final int batchesPerView;
  private volatile MappedBatch[] batches;

  private LabelFile(Path file, LabelFooter footer, ByteBuffer head, MappedBatch[] batches) {
    this.file = file;
    this.footer = footer;
    this.head = head;
    this.metadata = footer.metadata();
    this.skipped = metadata.skipped().stream().mapToInt(Integer::intValue).toArray();
    this.batchRows = LabelFileFormat.batchRows(metadata.set());
    this.batchesPerView = batches.length / metadata.views();
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
      LabelFooter footer = readFooter(channel, file.toString());
      ByteBuffer head = read(channel, 0, footer.headLength());
      requireHead(head.duplicate(), footer, file.toString());
      return new LabelFile(file, footer, head, map(channel, footer, segmentBytes, file.toString()));
    } catch (NoSuchFileException e) {
      throw new LabelsMissingException("there is no label file %s".formatted(file));
    } catch (IOException e) {
      throw new TaustreamException("cannot read label file %s: %s".formatted(file, e), e);
    }
  }

  private static LabelFooter readFooter(FileChannel channel, String where) throws IOException {
    long size = channel.size();
    ByteBuffer tail = read(channel, Math.max(0, size - LabelFileFormat.TAIL_BYTES), size);
    int length = LabelFooter.lengthFromTail(tail, size, where);
    return LabelFooter.parse(read(channel, size - length, size), size, where);
  }

  /** The head repeats the footer's schema, for readers that stream. */
  private static void requireHead(ByteBuffer head, LabelFooter footer, String where) {
    byte[] magic = new byte[LabelFileFormat.MAGIC.length];
    try {
      head.get(magic);
      if (!Arrays.equals(magic, LabelFileFormat.MAGIC)) {
        throw LabelFooter.damaged(where, "it does not begin with ARROW1");
      }
      ByteBuffer framed = head.position(LabelFileFormat.HEAD_BYTES).slice();
      Message message = MappedBatch.message(framed, where + ", schema");
      if (message.headerType() != MessageHeader.Schema) {
        throw LabelFooter.damaged(where, "it does not begin with a schema");
      }
      Schema schema = (Schema) message.header(new Schema());
      LabelMetadata metadata = LabelFooter.metadata(schema, where);
      LabelFooter.requireFields(schema, metadata, where);
      if (!metadata.equals(footer.metadata())) {
        throw LabelFooter.damaged(where, "its head and its footer have different metadata");
      }
    } catch (TaustreamException e) {
      throw e;
    } catch (RuntimeException e) {
      throw LabelFooter.unreadable(where, "its schema message", e);
    }
  }

  private static MappedBatch[] map(
      FileChannel channel, LabelFooter footer, long segmentBytes, String where) throws IOException {
    List<LabelBlock> blocks = footer.blocks();
    MappedBatch[] batches = new MappedBatch[blocks.size()];
    List<LabelColumn> columns =
        footer.metadata().set().encoding().columns(footer.metadata().set().classes());
    int batchRows = LabelFileFormat.batchRows(footer.metadata().set());
    int perView = blocks.size() / footer.metadata().views();
    int next = 0;
    while (next < batches.length) {
      int first = next;
      long start = blocks.get(first).offset();
      do {
        next++;
      } while (next < batches.length && blocks.get(next).end() - start <= segmentBytes);
      ByteBuffer segment =
          channel
              .map(FileChannel.MapMode.READ_ONLY, start, blocks.get(next - 1).end() - start)
              .order(ByteOrder.LITTLE_ENDIAN);
      for (int i = first; i < next; i++) {
        int rows = Math.min(batchRows, footer.metadata().rowsPerView() - i % perView * batchRows);
        ByteBuffer block =
            segment
                .slice((int) (blocks.get(i).offset() - start), (int) blocks.get(i).length())
                .order(ByteOrder.LITTLE_ENDIAN);
        batches[i] = MappedBatch.of(block, blocks.get(i), rows, columns, where + ", batch " + i);
      }
    }
    return batches;
  }

  private static ByteBuffer read(FileChannel channel, long from, long to) throws IOException {
    ByteBuffer bytes =
        ByteBuffer.allocate(Math.toIntExact(to - from)).order(ByteOrder.LITTLE_ENDIAN);
    while (bytes.hasRemaining() && channel.read(bytes, from + bytes.position()) >= 0) {}
    return bytes.flip();
  }

  /** What the file says of itself. */
  public LabelMetadata metadata() {
    return metadata;
  }

  public Path path() {
    return file;
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
              .formatted(file, view, ordinal));
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
              .formatted(file, view, ordinal, wrong));
    }
  }

  private TopK topK() {
    if (!(metadata.set().encoding() instanceof TopK topK)) {
      throw new IllegalStateException(
          "%s is %s, not top-k".formatted(file, metadata.set().encoding().text()));
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
    int row = row(ordinal);
    return new String(batch(row, 0).key(row % batchRows), StandardCharsets.UTF_8);
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
                  file,
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
          "%s has no view %d, only %d".formatted(file, view, metadata.views()));
    }
    return open()[view * batchesPerView + row / batchRows];
  }

  private MappedBatch[] open() {
    MappedBatch[] current = batches;
    if (current == null) {
      throw new IllegalStateException("label file %s is closed".formatted(file));
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
    return new LabelFileCheck(file, footer, head, open()).run();
  }

  @Override
  public void close() {
    batches = null;
  }
}
