package io.taustream.storage.label;

import io.taustream.storage.TaustreamException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.Schema;

/** A label file on this machine: all of it is mapped when it is opened. */
record LocalBatches(
    LabelFooter footer,
    ByteBuffer head,
    List<StoredBatch> batches,
    DecompressedBatches decompressed)
    implements LabelBatches {
  /**
   * @param segmentBytes batches are mapped together up to this size
   * @param decompressed where compressed batches are read
   * @param where the file's name, for messages
   */
  static LocalBatches map(
      FileChannel channel, long segmentBytes, DecompressedBatches decompressed, String where)
      throws IOException {
    LabelFooter footer = readFooter(channel, where);
    ByteBuffer head = read(channel, 0, footer.headLength());
    requireHead(head.duplicate(), footer, where);
    List<StoredBatch> batches = map(channel, footer, segmentBytes, decompressed, where);
    decompressed.register(batches);
    return new LocalBatches(footer, head, batches, decompressed);
  }

  @Override
  public StoredBatch batch(int index) {
    return batches.get(index);
  }

  @Override
  public void close() {
    decompressed.forget(batches);
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

  private static List<StoredBatch> map(
      FileChannel channel,
      LabelFooter footer,
      long segmentBytes,
      DecompressedBatches decompressed,
      String where)
      throws IOException {
    List<LabelBlock> blocks = footer.blocks();
    List<StoredBatch> batches = new ArrayList<>(blocks.size());
    int next = 0;
    while (next < blocks.size()) {
      int first = next;
      long start = blocks.get(first).offset();
      do {
        next++;
      } while (next < blocks.size() && blocks.get(next).end() - start <= segmentBytes);
      ByteBuffer segment =
          channel.map(FileChannel.MapMode.READ_ONLY, start, blocks.get(next - 1).end() - start);
      for (int i = first; i < next; i++) {
        LabelBlock block = blocks.get(i);
        ByteBuffer bytes = segment.slice((int) (block.offset() - start), (int) block.length());
        batches.add(batch(bytes, footer, i, decompressed, where));
      }
    }
    return List.copyOf(batches);
  }

  /**
   * Makes a batch, mapped or fetched; one that is compressed is still to be registered.
   *
   * @param bytes of the whole block
   * @param decompressed where a compressed batch is read
   * @param where the file's name, for messages
   */
  static StoredBatch batch(
      ByteBuffer bytes,
      LabelFooter footer,
      int index,
      DecompressedBatches decompressed,
      String where) {
    LabelSet set = footer.metadata().set();
    return StoredBatch.of(
        bytes.order(ByteOrder.LITTLE_ENDIAN),
        footer.blocks().get(index),
        footer.rows(index),
        set.encoding().columns(set.classes()),
        decompressed,
        where + ", batch " + index);
  }

  private static ByteBuffer read(FileChannel channel, long from, long to) throws IOException {
    ByteBuffer bytes =
        ByteBuffer.allocate(Math.toIntExact(to - from)).order(ByteOrder.LITTLE_ENDIAN);
    while (bytes.hasRemaining() && channel.read(bytes, from + bytes.position()) >= 0) {}
    return bytes.flip();
  }
}
