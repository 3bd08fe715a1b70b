package io.taustream.storage.label;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.apache.arrow.flatbuf.BodyCompressionMethod;
import org.apache.arrow.flatbuf.CompressionType;
import org.apache.arrow.flatbuf.RecordBatch;
import org.apache.arrow.memory.ArrowBuf;

/**
 * A record batch that is decompressed to be read, buffer by buffer, into the places that the same
 * batch has without compression. Equal only to itself.
 */
final class CompressedBatch implements StoredBatch {
  private static final long LEAST_BLOCK_BYTES = 4;
  private static final long MOST_IN_A_BLOCK = 128 << 10;

  private final ByteBuffer block;
  private final int base;
  private final LabelBatchLayout stored;
  private final LabelBatchLayout plain;
  private final int columns;
  private final DecompressedBatches decompressed;
  private final String where;

  private CompressedBatch(
      ByteBuffer block,
      int base,
      LabelBatchLayout stored,
      LabelBatchLayout plain,
      int columns,
      DecompressedBatches decompressed,
      String where) {
    this.block = block;
    this.base = base;
    this.stored = stored;
    this.plain = plain;
    this.columns = columns;
    this.decompressed = decompressed;
    this.where = where;
  }

  static CompressedBatch of(
      ByteBuffer block,
      LabelBlock place,
      RecordBatch batch,
      int rows,
      List<LabelColumn> columns,
      DecompressedBatches decompressed,
      String where) {
    if (batch.compression().codec() != CompressionType.ZSTD
        || batch.compression().method() != BodyCompressionMethod.BUFFER) {
      throw LabelFooter.damaged(where, "it is compressed, but not by Zstandard");
    }
    LabelBatchLayout shape = new LabelBatchLayout(rows, 0, columns);
    if (batch.buffersLength() != shape.buffers()) {
      throw LabelFooter.damaged(where, "it has %d buffers".formatted(batch.buffersLength()));
    }
    long[] lengths = new long[shape.buffers()];
    for (int i = 0; i < lengths.length; i++) {
      lengths[i] = batch.buffers(i).length();
    }
    LabelBatchLayout stored = shape.withLengths(lengths);
    StoredBatch.requireLayout(batch, stored, place, where);
    int base = place.metadataLength();
    long keyBytes = plainLength(block, base, stored, LabelBatchLayout.KEY_BYTES);
    if (keyBytes < 0 || keyBytes > mostPlain(stored.length(LabelBatchLayout.KEY_BYTES))) {
      throw LabelFooter.damaged(where, "its keys are said to take %d bytes".formatted(keyBytes));
    }
    LabelBatchLayout plain = new LabelBatchLayout(rows, keyBytes, columns);
    for (int i = 0; i < lengths.length; i++) {
      if (plainLength(block, base, stored, i) != plain.length(i)) {
        throw LabelFooter.damaged(
            where, "buffer %d has another length than its column".formatted(i));
      }
    }
    return new CompressedBatch(block, base, stored, plain, columns.size(), decompressed, where);
  }

  /** A frame's blocks hold at most 128 KiB each and take at least 4 bytes. */
  private static long mostPlain(long storedLength) {
    return (storedLength / LEAST_BLOCK_BYTES) * MOST_IN_A_BLOCK;
  }

  /** What the buffer's prefix says; −1 where it has none. */
  private static long plainLength(ByteBuffer block, int base, LabelBatchLayout stored, int buffer) {
    if (stored.length(buffer) == 0) {
      return 0;
    }
    return stored.length(buffer) <= CompressedBody.PREFIX_BYTES
        ? -1
        : block.getLong(Math.toIntExact(base + stored.offset(buffer)));
  }

  @Override
  public ByteBuffer bytes() {
    return block;
  }

  @Override
  public MappedBatch open() {
    return decompressed.open(this);
  }

  /** What the batch takes without compression. */
  long plainBytes() {
    return plain.bodyLength();
  }

  /** Fails with {@link DamagedLabelFileException} where a frame is none. */
  void decompress(ArrowBuf memory) {
    for (int i = 0; i < plain.buffers(); i++) {
      if (plain.length(i) > 0) {
        ByteBuffer to = memory.nioBuffer(plain.offset(i), Math.toIntExact(plain.length(i)));
        int from = Math.toIntExact(base + stored.offset(i)) + CompressedBody.PREFIX_BYTES;
        int length = Math.toIntExact(stored.length(i)) - CompressedBody.PREFIX_BYTES;
        if (decompress(to, block.slice(from, length)) != plain.length(i)) {
          throw damaged();
        }
      }
    }
  }

  private int decompress(ByteBuffer to, ByteBuffer frame) {
    try {
      return Zstd.decompress(to, frame);
    } catch (ZstdException e) {
      throw damaged();
    }
  }

  private DamagedLabelFileException damaged() {
    return LabelFooter.damaged(where, "a buffer cannot be decompressed");
  }

  /**
   * The batch without compression.
   *
   * @param memory that it was decompressed into
   * @param release called when it is closed
   */
  MappedBatch over(ArrowBuf memory, Runnable release) {
    ByteBuffer bytes =
        memory.nioBuffer(0, Math.toIntExact(plainBytes())).order(ByteOrder.LITTLE_ENDIAN);
    return MappedBatch.at(bytes, 0, plain, columns, release);
  }

  String where() {
    return where;
  }
}
