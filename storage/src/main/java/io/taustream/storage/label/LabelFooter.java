package io.taustream.storage.label;

import io.taustream.storage.TaustreamException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.arrow.flatbuf.Block;
import org.apache.arrow.flatbuf.Endianness;
import org.apache.arrow.flatbuf.Footer;
import org.apache.arrow.flatbuf.KeyValue;
import org.apache.arrow.flatbuf.Schema;
import org.apache.arrow.vector.types.pojo.Field;

/**
 * A label file's footer: all that is needed to find any row, and enough to know whether the file is
 * the right one without reading more of it.
 *
 * @param metadata the schema metadata
 * @param blocks the record batches, view by view
 * @param checksums CRC-32C of the file's head, then of each block
 * @param headLength bytes before the first block
 */
record LabelFooter(
    LabelMetadata metadata, List<LabelBlock> blocks, List<Long> checksums, long headLength) {

  int batchesPerView() {
    return blocks.size() / metadata.views();
  }

  /** The rows of a record batch. */
  int rows(int batch) {
    int batchRows = LabelFileFormat.batchRows(metadata.set());
    return Math.min(batchRows, metadata.rowsPerView() - batch % batchesPerView() * batchRows);
  }

  /**
   * The number of bytes at the file's end that hold the footer, from its last bytes.
   *
   * @param tail at least the file's last {@link LabelFileFormat#TAIL_BYTES} bytes
   */
  static int lengthFromTail(ByteBuffer tail, long fileSize, String where) {
    int end = tail.limit();
    byte[] magic = new byte[LabelFileFormat.MAGIC.length];
    if (fileSize < LabelFileFormat.HEAD_BYTES + LabelFileFormat.TAIL_BYTES
        || end < LabelFileFormat.TAIL_BYTES) {
      throw damaged(where, "it has only %d bytes".formatted(fileSize));
    }
    tail.get(end - magic.length, magic);
    if (!Arrays.equals(magic, LabelFileFormat.MAGIC)) {
      throw damaged(where, "it does not end in ARROW1: it is truncated or no Arrow file");
    }
    int length =
        tail.duplicate().order(ByteOrder.LITTLE_ENDIAN).getInt(end - LabelFileFormat.TAIL_BYTES);
    long room = fileSize - LabelFileFormat.TAIL_BYTES - LabelFileFormat.HEAD_BYTES;
    if (length <= 0 || length > room) {
      throw damaged(where, "its footer length is %d of %d bytes".formatted(length, fileSize));
    }
    return length + LabelFileFormat.TAIL_BYTES;
  }

  /**
   * Reads and checks the footer.
   *
   * @param tail the file's end, beginning anywhere before its footer or at it
   * @param where the file's name, for messages
   * @throws DamagedLabelFileException if the footer does not describe a whole label file
   */
  static LabelFooter parse(ByteBuffer tail, long fileSize, String where) {
    int length = lengthFromTail(tail, fileSize, where);
    ByteBuffer bytes =
        tail.slice(tail.limit() - length, length - LabelFileFormat.TAIL_BYTES)
            .order(ByteOrder.LITTLE_ENDIAN);
    long footerOffset = fileSize - length;
    try {
      Footer footer = Footer.getRootAsFooter(bytes);
      LabelMetadata metadata = metadata(footer.schema(), where);
      requireFields(footer.schema(), metadata, where);
      if (footer.dictionariesLength() != 0) {
        throw damaged(where, "it has dictionaries");
      }
      List<LabelBlock> blocks = new ArrayList<>();
      for (int i = 0; i < footer.recordBatchesLength(); i++) {
        Block block = footer.recordBatches(i);
        blocks.add(new LabelBlock(block.offset(), block.metaDataLength(), block.bodyLength()));
      }
      long headLength = requireTiled(blocks, metadata, footerOffset, where);
      return new LabelFooter(metadata, blocks, checksums(footer, blocks, where), headLength);
    } catch (TaustreamException e) {
      throw e;
    } catch (RuntimeException e) {
      throw unreadable(where, "its footer", e);
    }
  }

  static LabelMetadata metadata(Schema schema, String where) {
    if (schema == null) {
      throw damaged(where, "it has no schema");
    }
    if (schema.endianness() != Endianness.Little) {
      throw damaged(where, "it is big-endian");
    }
    Map<String, String> map = new HashMap<>();
    for (int i = 0; i < schema.customMetadataLength(); i++) {
      KeyValue pair = schema.customMetadata(i);
      map.put(pair.key(), pair.value());
    }
    return LabelMetadata.fromMap(map, where);
  }

  static void requireFields(Schema schema, LabelMetadata metadata, String where) {
    List<Field> expected = LabelFileFormat.fields(metadata.set());
    List<Field> found = new ArrayList<>();
    for (int i = 0; i < schema.fieldsLength(); i++) {
      found.add(Field.convertField(schema.fields(i)));
    }
    List<String> missing = new ArrayList<>(expected.stream().map(Field::getName).toList());
    missing.removeAll(found.stream().map(Field::getName).toList());
    if (!missing.isEmpty()) {
      throw damaged(
          where,
          "it lacks the columns %s that %s labels have"
              .formatted(missing, metadata.set().encoding().text()));
    }
    if (!found.equals(expected)) {
      throw damaged(where, "its columns are %s, expected are %s".formatted(found, expected));
    }
  }

  /** Head, blocks and end marker lie one behind the other: nothing is missing, nothing is extra. */
  private static long requireTiled(
      List<LabelBlock> blocks, LabelMetadata metadata, long footerOffset, String where) {
    int batchRows = LabelFileFormat.batchRows(metadata.set());
    long expected =
        (long) metadata.views() * ((metadata.rowsPerView() + batchRows - 1L) / batchRows);
    if (blocks.size() != expected) {
      throw damaged(
          where, "it has %d record batches, expected are %d".formatted(blocks.size(), expected));
    }
    long end = footerOffset - LabelFileFormat.END_OF_STREAM_BYTES;
    long headLength = blocks.isEmpty() ? end : blocks.get(0).offset();
    long next = headLength;
    for (int i = 0; i < blocks.size(); i++) {
      LabelBlock block = blocks.get(i);
      boolean sound = block.metadataLength() > 0 && block.bodyLength() >= 0;
      if (!sound || block.offset() != next || block.end() > end) {
        throw damaged(
            where, "record batch %d lies at %s, expected at %d".formatted(i, block, next));
      }
      next = block.end();
    }
    if (next != end || headLength <= LabelFileFormat.HEAD_BYTES) {
      throw damaged(where, "its record batches end at %d, expected is %d".formatted(next, end));
    }
    return headLength;
  }

  private static List<Long> checksums(Footer footer, List<LabelBlock> blocks, String where) {
    for (int i = 0; i < footer.customMetadataLength(); i++) {
      KeyValue pair = footer.customMetadata(i);
      if (LabelFileFormat.BLOCK_CHECKSUMS.equals(pair.key())) {
        List<Long> checksums =
            Arrays.stream(pair.value().split(",", -1)).map(c -> Long.parseLong(c, 16)).toList();
        if (checksums.size() == blocks.size() + 1) {
          return checksums;
        }
      }
    }
    throw damaged(where, "its footer lacks the checksums of its record batches");
  }

  /** Flatbuffers that were cut or changed fail in many ways, all of them unchecked. */
  static DamagedLabelFileException unreadable(String where, String part, RuntimeException cause) {
    return new DamagedLabelFileException(
        "%s is no whole label file: %s cannot be read; remove it and label the shard again"
            .formatted(where, part),
        cause);
  }

  static DamagedLabelFileException damaged(String where, String what) {
    return new DamagedLabelFileException(
        "%s is no whole label file: %s; remove it and label the shard again"
            .formatted(where, what));
  }
}
