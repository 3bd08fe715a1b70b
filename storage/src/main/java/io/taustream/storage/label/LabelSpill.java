package io.taustream.storage.label;

import io.taustream.storage.TaustreamException;
import io.taustream.storage.sample.SampleView;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.OutOfMemoryException;

/**
 * Rows on local disk until their shard is complete: one file for each view, in which rows already
 * lie in columns and batches as the label file will hold them, and one file of the samples, whose
 * keys and labels all views share. Memory: one staging buffer, and a bit for each sample. Not
 * thread-safe, except that it may be closed while {@link #copy} runs, which then fails.
 */
final class LabelSpill implements AutoCloseable {
  private static final int STAGING_BYTES = 256 << 10;
  private static final int COPY_BYTES = 64 << 10;

  /** Puts one row into each of the encoding's columns. */
  @FunctionalInterface
  interface RowSource {
    void put(int row, ByteBuffer[] columns);
  }

  /** One sample, as all views have it. */
  record Sample(ByteBuffer key, int label) {}

  private final Path folder;
  private final int batchRows;
  // Bytes a row takes in the view seeds (first) and in each of the encoding's columns.
  private final int[] widths;
  private final int firstView;
  private final ViewSpill[] views;
  private final ArrowBuf staging;
  private final ByteBuffer[] stages;
  private final int stagedRows;
  private final BitSet ordinals = new BitSet();
  private final DataOutputStream samples;
  private int sampleCount;

  /**
   * @param firstView the views below it are not asked for
   * @param views the number of the last view, plus 1
   */
  LabelSpill(Path folder, LabelSet set, int firstView, int views, BufferAllocator allocator)
      throws IOException {
    this.folder = folder;
    this.firstView = firstView;
    this.batchRows = LabelFileFormat.batchRows(set);
    List<LabelColumn> columns = set.encoding().columns(set.classes());
    widths = new int[columns.size() + 1];
    widths[0] = Long.BYTES;
    int rowBytes = widths[0];
    for (int i = 0; i < columns.size(); i++) {
      widths[i + 1] = columns.get(i).rowBytes();
      rowBytes += widths[i + 1];
    }
    stagedRows = Math.max(1, Math.min(batchRows, STAGING_BYTES / rowBytes));
    this.views = new ViewSpill[views];
    Files.createDirectories(folder);
    samples =
        new DataOutputStream(
            new BufferedOutputStream(Files.newOutputStream(samplesFile()), 1 << 16));
    staging = allocate(allocator, (long) stagedRows * rowBytes);
    stages = new ByteBuffer[widths.length];
    int offset = 0;
    for (int i = 0; i < widths.length; i++) {
      stages[i] = staging.nioBuffer(offset, stagedRows * widths[i]).order(ByteOrder.LITTLE_ENDIAN);
      offset += stagedRows * widths[i];
    }
  }

  private ArrowBuf allocate(BufferAllocator allocator, long bytes) throws IOException {
    try {
      return allocator.buffer(bytes);
    } catch (OutOfMemoryException e) {
      samples.close();
      ScratchFolder.delete(folder);
      throw new TaustreamException(
          "no %d bytes are left to write labels with; raise memory.batches (limit %d, used %d)"
              .formatted(bytes, allocator.getLimit(), allocator.getAllocatedMemory()),
          e);
    }
  }

  Path folder() {
    return folder;
  }

  /**
   * Appends rows {@code from} to {@code to} of a batch, all of one view.
   *
   * @param source asked for each of these rows, in their order
   */
  void append(List<SampleView> rows, int from, int to, RowSource source) throws IOException {
    int number = rows.get(from).view();
    if (views[number] == null) {
      views[number] = new ViewSpill(folder.resolve("view-" + number));
    }
    ViewSpill view = views[number];
    int row = from;
    while (row < to) {
      int room = batchRows - view.rows % batchRows;
      int end = row + Math.min(Math.min(to - row, room), stagedRows);
      for (ByteBuffer stage : stages) {
        stage.clear();
      }
      ByteBuffer[] columns = Arrays.copyOfRange(stages, 1, stages.length);
      int first = view.rows;
      for (; row < end; row++) {
        SampleView sample = rows.get(row);
        source.put(row, columns);
        stages[0].putLong(sample.viewSeed());
        view.add(sample);
        addSample(view, sample);
      }
      for (int i = 0; i < stages.length; i++) {
        writeFully(view.channel, stages[i].flip(), position(i, first));
      }
    }
  }

  private void addSample(ViewSpill view, SampleView sample) throws IOException {
    if (view.rows > sampleCount) {
      byte[] key = sample.key().getBytes(StandardCharsets.UTF_8);
      samples.writeInt(key.length);
      samples.write(key);
      samples.writeInt(sample.label());
      ordinals.set(sample.ordinal());
      sampleCount++;
    }
  }

  /**
   * Ends the appending.
   *
   * @return the ordinals that every view has
   * @throws IllegalStateException if the views do not hold the same samples
   */
  BitSet finish() throws IOException {
    samples.close();
    ViewSpill first = views[firstView];
    for (int i = firstView; i < views.length; i++) {
      int rows = views[i] == null ? 0 : views[i].rows;
      long identity = views[i] == null ? 0 : views[i].identity.value();
      long expected = first == null ? 0 : first.identity.value();
      if (rows != sampleCount || identity != expected) {
        throw new IllegalStateException(
            "view %d holds %d rows of %d samples, or other samples than view %d"
                .formatted(i, rows, sampleCount, firstView));
      }
    }
    return ordinals;
  }

  /** The digest of the samples, when {@link #finish} has found them to be those of every view. */
  long samplesCrc32c() {
    return views[firstView] == null ? 0 : views[firstView].identity.value();
  }

  /** The samples in order; the caller closes the stream. */
  DataInputStream openSamples() throws IOException {
    return new DataInputStream(
        new BufferedInputStream(Files.newInputStream(samplesFile()), 1 << 16));
  }

  static Sample read(DataInputStream samples) throws IOException {
    byte[] key = new byte[samples.readInt()];
    samples.readFully(key);
    return new Sample(ByteBuffer.wrap(key), samples.readInt());
  }

  /**
   * Copies one column of one batch.
   *
   * @param column 0 for the view seeds, i + 1 for the encoding's i-th column
   * @param firstRow a multiple of the batch size
   */
  void copy(int view, int column, int firstRow, int rows, ByteSink target) throws IOException {
    long position = position(column, firstRow);
    long left = (long) rows * widths[column];
    // Not the staging buffer: a cancelled commit is closed while it may still be copying here, and
    // memory on the heap outlives whoever reads it.
    ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(left, COPY_BYTES));
    while (left > 0) {
      buffer.clear().limit((int) Math.min(left, buffer.capacity()));
      int read = views[view].channel.read(buffer, position);
      if (read < 0) {
        throw new IOException("scratch file of view %d ends early".formatted(view));
      }
      target.write(buffer.flip());
      position += read;
      left -= read;
    }
  }

  private long position(int column, int row) {
    long rowBytes = 0;
    long before = 0;
    for (int i = 0; i < widths.length; i++) {
      before += i < column ? widths[i] : 0;
      rowBytes += widths[i];
    }
    long batch = row / batchRows;
    return (batch * rowBytes + before) * batchRows + (long) (row % batchRows) * widths[column];
  }

  private Path samplesFile() {
    return folder.resolve("samples");
  }

  private static void writeFully(FileChannel channel, ByteBuffer bytes, long position)
      throws IOException {
    long at = position;
    while (bytes.hasRemaining()) {
      at += channel.write(bytes, at);
    }
  }

  /** Gives the memory back and removes the files. */
  @Override
  public void close() throws IOException {
    staging.close();
    IOException failure = null;
    for (AutoCloseable open : open()) {
      try {
        open.close();
      } catch (Exception e) {
        failure = e instanceof IOException io ? io : new IOException(e);
      }
    }
    ScratchFolder.delete(folder);
    if (failure != null) {
      throw failure;
    }
  }

  private List<AutoCloseable> open() {
    List<AutoCloseable> open = new ArrayList<>();
    open.add(samples);
    for (ViewSpill view : views) {
      if (view != null) {
        open.add(view.channel);
      }
    }
    return open;
  }

  /** One view's file and how far it is. */
  private static final class ViewSpill {
    final FileChannel channel;
    final SampleDigest identity = new SampleDigest();
    int rows;
    int lastOrdinal = -1;

    ViewSpill(Path file) throws IOException {
      channel =
          FileChannel.open(
              file,
              StandardOpenOption.CREATE_NEW,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE);
    }

    void add(SampleView sample) {
      if (sample.ordinal() <= lastOrdinal) {
        throw new IllegalArgumentException(
            "sample %d of view %d comes after sample %d: a view's samples come in shard order"
                .formatted(sample.ordinal(), sample.view(), lastOrdinal));
      }
      lastOrdinal = sample.ordinal();
      identity.add(sample.ordinal(), sample.label(), sample.key());
      rows++;
    }
  }
}
