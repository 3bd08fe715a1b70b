package io.taustream.storage.label;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Turns spilled rows into a label file, front to back, as {@link LabelFileWriter} specifies it. The
 * first views may be another file's. Every batch begins at a multiple of 64 bytes and holds no
 * place in its file, so the bytes of a batch do not depend on where it lies.
 */
final class LabelFileAssembler {
  private static final int PREFETCH = 2;

  private final LabelSpill spill;
  private final LabelMetadata metadata;
  private final LabelCompression compression;
  private final Optional<LabelBase> base;
  private final List<LabelColumn> columns;
  private final int batchRows;

  /**
   * @param compression of the batches that are written here; those of the base stay as they are
   * @param base whose views come first; the spill holds the others
   */
  LabelFileAssembler(
      LabelSpill spill,
      LabelMetadata metadata,
      LabelCompression compression,
      Optional<LabelBase> base) {
    this.spill = spill;
    this.metadata = metadata;
    this.compression = compression;
    this.base = base;
    this.columns = metadata.set().encoding().columns(metadata.set().classes());
    this.batchRows = LabelFileFormat.batchRows(metadata.set());
  }

  /**
   * Writes the file. Cold. Fails with {@link LabelsNotExtendableException} where the base's bytes
   * are not those of its checksums; errors of local files are {@link IOException}s.
   */
  Mono<Void> write(Path file) {
    return Mono.using(
        () -> FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
        channel -> write(new ChecksummedChannel(channel)),
        LabelFileAssembler::close);
  }

  private Mono<Void> write(ChecksummedChannel out) {
    List<LabelBlock> blocks = new ArrayList<>();
    List<Long> checksums = new ArrayList<>();
    return step(() -> writeHead(checksums, out))
        .then(Mono.defer(() -> copyBase(blocks, checksums, out)))
        .then(step(() -> writeViews(blocks, checksums, out)));
  }

  private interface Step {
    void run() throws IOException;
  }

  private static Mono<Void> step(Step step) {
    return Mono.fromCallable(
        () -> {
          step.run();
          return null;
        });
  }

  private void writeHead(List<Long> checksums, ChecksummedChannel out) throws IOException {
    out.write(ByteBuffer.wrap(Arrays.copyOf(LabelFileFormat.MAGIC, LabelFileFormat.HEAD_BYTES)));
    out.write(LabelFileFormat.frame(LabelFileFormat.schemaMessage(metadata), out.position()));
    checksums.add(out.takeChecksum());
  }

  private Mono<Void> copyBase(
      List<LabelBlock> blocks, List<Long> checksums, ChecksummedChannel out) {
    if (base.isEmpty()) {
      return Mono.empty();
    }
    LabelBase.Copy copy = base.get().new Copy(out, blocks, checksums);
    return base.get()
        .blocks()
        .publishOn(Schedulers.boundedElastic(), PREFETCH)
        .<Void>handle(
            (bytes, sink) -> {
              try {
                copy.write(bytes);
              } catch (IOException e) {
                sink.error(e);
              }
            })
        .then();
  }

  private void writeViews(List<LabelBlock> blocks, List<Long> checksums, ChecksummedChannel out)
      throws IOException {
    int rows = metadata.rowsPerView();
    for (int view = base.map(LabelBase::views).orElse(0); view < metadata.views(); view++) {
      try (DataInputStream samples = spill.openSamples()) {
        for (int first = 0; first < rows; first += batchRows) {
          int count = Math.min(batchRows, rows - first);
          blocks.add(writeBatch(view, first, readKeys(samples, count), out));
          checksums.add(out.takeChecksum());
        }
      }
    }
    writeTail(blocks, checksums, out);
  }

  private static void close(FileChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void writeTail(List<LabelBlock> blocks, List<Long> checksums, ChecksummedChannel out)
      throws IOException {
    ByteBuffer footer = LabelFileFormat.footer(metadata, blocks, checksums);
    int length = footer.remaining();
    out.write(
        little(LabelFileFormat.END_OF_STREAM_BYTES)
            .putInt(LabelFileFormat.CONTINUATION)
            .putInt(0)
            .flip());
    out.write(footer);
    out.write(little(Integer.BYTES).putInt(length).flip());
    out.write(ByteBuffer.wrap(LabelFileFormat.MAGIC));
  }

  /** The columns that all views share, of one batch. */
  private record Keys(int rows, ByteBuffer offsets, ByteBuffer bytes, ByteBuffer labels) {}

  private static Keys readKeys(DataInputStream samples, int rows) throws IOException {
    ByteBuffer offsets = little((rows + 1) * Integer.BYTES);
    ByteBuffer labels = little(rows * Integer.BYTES);
    List<ByteBuffer> keys = new ArrayList<>(rows);
    int end = 0;
    offsets.putInt(0);
    for (int row = 0; row < rows; row++) {
      LabelSpill.Sample sample = LabelSpill.read(samples);
      keys.add(sample.key());
      end = Math.addExact(end, sample.key().remaining());
      offsets.putInt(end);
      labels.putInt(sample.label());
    }
    ByteBuffer bytes = ByteBuffer.allocate(end);
    keys.forEach(bytes::put);
    return new Keys(rows, offsets.flip(), bytes.flip(), labels.flip());
  }

  private LabelBlock writeBatch(int view, int firstRow, Keys keys, ChecksummedChannel out)
      throws IOException {
    int rows = keys.rows();
    LabelBatchLayout layout = new LabelBatchLayout(rows, keys.bytes().remaining(), columns);
    List<ByteSink.Source> buffers = buffers(view, firstRow, keys);
    LabelBlock block =
        compression == LabelCompression.ZSTD
            ? writeCompressed(layout, buffers, out)
            : writePlain(layout, buffers, out);
    if (out.position() != block.end()) {
      throw new IllegalStateException(
          "a batch ends at %d, laid out to end at %d".formatted(out.position(), block.end()));
    }
    return block;
  }

  /** The data of all columns, in file order. */
  private List<ByteSink.Source> buffers(int view, int firstRow, Keys keys) {
    int rows = keys.rows();
    ByteBuffer views = little(rows * Short.BYTES);
    for (int row = 0; row < rows; row++) {
      views.putShort((short) view);
    }
    views.flip();
    List<ByteSink.Source> buffers = new ArrayList<>();
    for (ByteBuffer own : List.of(keys.offsets(), keys.bytes(), keys.labels(), views)) {
      buffers.add(sink -> sink.write(own));
    }
    for (int i = 0; i <= columns.size(); i++) {
      int column = i;
      buffers.add(sink -> spill.copy(view, column, firstRow, rows, sink));
    }
    return buffers;
  }

  private static LabelBlock writePlain(
      LabelBatchLayout layout, List<ByteSink.Source> buffers, ChecksummedChannel out)
      throws IOException {
    LabelBlock block = writeHeader(layout, LabelCompression.NONE, out);
    for (ByteSink.Source buffer : buffers) {
      buffer.writeTo(out);
      out.pad();
    }
    return block;
  }

  private LabelBlock writeCompressed(
      LabelBatchLayout layout, List<ByteSink.Source> buffers, ChecksummedChannel out)
      throws IOException {
    int[] places = layout.dataBuffers();
    Path scratch = spill.folder().resolve("compressed");
    try (CompressedBody body = new CompressedBody(scratch, layout.buffers())) {
      for (int i = 0; i < places.length; i++) {
        body.add(places[i], layout.length(places[i]), buffers.get(i));
      }
      LabelBatchLayout stored = layout.withLengths(body.lengths());
      LabelBlock block = writeHeader(stored, LabelCompression.ZSTD, out);
      body.copyTo(out);
      return block;
    }
  }

  private static LabelBlock writeHeader(
      LabelBatchLayout layout, LabelCompression compression, ChecksummedChannel out)
      throws IOException {
    long offset = out.position();
    ByteBuffer header =
        LabelFileFormat.frame(LabelFileFormat.batchMessage(layout, compression), offset);
    out.write(header);
    return new LabelBlock(offset, header.capacity(), layout.bodyLength());
  }

  private static ByteBuffer little(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
