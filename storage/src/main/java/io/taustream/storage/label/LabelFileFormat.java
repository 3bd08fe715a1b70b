package io.taustream.storage.label;

import com.google.flatbuffers.FlatBufferBuilder;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.arrow.flatbuf.Block;
import org.apache.arrow.flatbuf.BodyCompression;
import org.apache.arrow.flatbuf.BodyCompressionMethod;
import org.apache.arrow.flatbuf.Buffer;
import org.apache.arrow.flatbuf.CompressionType;
import org.apache.arrow.flatbuf.Endianness;
import org.apache.arrow.flatbuf.FieldNode;
import org.apache.arrow.flatbuf.Footer;
import org.apache.arrow.flatbuf.KeyValue;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.MetadataVersion;
import org.apache.arrow.flatbuf.RecordBatch;
import org.apache.arrow.flatbuf.Schema;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;

/**
 * The flatbuffers of a label file, shared by its writer and its reader; {@link LabelFileWriter}
 * specifies the file. Arrow's own writer keeps metadata in a hash map, writes a validity bitmap for
 * every column and aligns to 8 bytes: a label file has its metadata in a fixed order, no bitmaps
 * (nothing is ever null) and 64-byte alignment.
 */
final class LabelFileFormat {
  static final byte[] MAGIC = "ARROW1".getBytes(StandardCharsets.US_ASCII);

  /** Begins every IPC message; followed by the length of its flatbuffer. */
  static final int CONTINUATION = 0xffffffff;

  static final int ALIGNMENT = 64;
  static final int MAX_BATCH_ROWS = 4096;

  /** A record batch has fewer rows where 4,096 would take more than this many bytes of logits. */
  static final int BATCH_BYTES = 16 << 20;

  /** Magic and padding at the front. */
  static final int HEAD_BYTES = 8;

  /** Between the last batch and the footer: continuation, zero. */
  static final int END_OF_STREAM_BYTES = 8;

  /** Footer length and magic at the end. */
  static final int TAIL_BYTES = Integer.BYTES + 6;

  static final String BLOCK_CHECKSUMS = "taustream.block_crc32c";

  private LabelFileFormat() {}

  static int batchRows(LabelSet set) {
    int fit = BATCH_BYTES / set.encoding().bytesPerRow(set.classes());
    return Math.max(1, Math.min(MAX_BATCH_ROWS, fit));
  }

  static List<Field> fields(LabelSet set) {
    return Stream.concat(
            Stream.of(
                field("key", new ArrowType.Utf8()),
                field("label", new ArrowType.Int(32, true)),
                field("view", new ArrowType.Int(16, false)),
                field("view_seed", new ArrowType.Int(64, true))),
            set.encoding().columns(set.classes()).stream().map(LabelColumn::field))
        .toList();
  }

  private static Field field(String name, ArrowType type) {
    return new Field(name, FieldType.notNullable(type), List.of());
  }

  static ByteBuffer schemaMessage(LabelMetadata metadata) {
    FlatBufferBuilder builder = new FlatBufferBuilder(4096);
    return message(builder, MessageHeader.Schema, schema(builder, metadata), 0);
  }

  static ByteBuffer batchMessage(LabelBatchLayout layout, LabelCompression compression) {
    FlatBufferBuilder builder = new FlatBufferBuilder(1024);
    int body =
        compression == LabelCompression.ZSTD
            ? BodyCompression.createBodyCompression(
                builder, CompressionType.ZSTD, BodyCompressionMethod.BUFFER)
            : 0;
    RecordBatch.startBuffersVector(builder, layout.buffers());
    for (int i = layout.buffers() - 1; i >= 0; i--) {
      Buffer.createBuffer(builder, layout.offset(i), layout.length(i));
    }
    int buffers = builder.endVector();
    long[] nodes = layout.nodes();
    RecordBatch.startNodesVector(builder, nodes.length);
    for (int i = nodes.length - 1; i >= 0; i--) {
      FieldNode.createFieldNode(builder, nodes[i], 0);
    }
    int nodesVector = builder.endVector();
    RecordBatch.startRecordBatch(builder);
    RecordBatch.addLength(builder, layout.rows());
    RecordBatch.addNodes(builder, nodesVector);
    RecordBatch.addBuffers(builder, buffers);
    if (compression == LabelCompression.ZSTD) {
      RecordBatch.addCompression(builder, body);
    }
    int batch = RecordBatch.endRecordBatch(builder);
    return message(builder, MessageHeader.RecordBatch, batch, layout.bodyLength());
  }

  static ByteBuffer footer(LabelMetadata metadata, List<LabelBlock> blocks, List<Long> checksums) {
    FlatBufferBuilder builder = new FlatBufferBuilder(4096);
    int schema = schema(builder, metadata);
    Footer.startDictionariesVector(builder, 0);
    int dictionaries = builder.endVector();
    Footer.startRecordBatchesVector(builder, blocks.size());
    for (int i = blocks.size() - 1; i >= 0; i--) {
      LabelBlock block = blocks.get(i);
      Block.createBlock(builder, block.offset(), block.metadataLength(), block.bodyLength());
    }
    int batches = builder.endVector();
    String crcs = checksums.stream().map("%08x"::formatted).collect(Collectors.joining(","));
    int[] pairs = keyValues(builder, Map.of(BLOCK_CHECKSUMS, crcs));
    int custom = Footer.createCustomMetadataVector(builder, pairs);
    int footer =
        Footer.createFooter(builder, MetadataVersion.V5, schema, dictionaries, batches, custom);
    builder.finish(footer);
    return builder.dataBuffer();
  }

  private static int schema(FlatBufferBuilder builder, LabelMetadata metadata) {
    int[] fields = fields(metadata.set()).stream().mapToInt(f -> f.getField(builder)).toArray();
    int fieldsVector = Schema.createFieldsVector(builder, fields);
    int[] pairs = keyValues(builder, metadata.toMap());
    int metadataVector = Schema.createCustomMetadataVector(builder, pairs);
    Schema.startSchema(builder);
    Schema.addEndianness(builder, Endianness.Little);
    Schema.addFields(builder, fieldsVector);
    Schema.addCustomMetadata(builder, metadataVector);
    return Schema.endSchema(builder);
  }

  private static int[] keyValues(FlatBufferBuilder builder, Map<String, String> map) {
    return map.entrySet().stream()
        .mapToInt(
            e -> {
              int key = builder.createString(e.getKey());
              int value = builder.createString(e.getValue());
              return KeyValue.createKeyValue(builder, key, value);
            })
        .toArray();
  }

  private static ByteBuffer message(
      FlatBufferBuilder builder, byte type, int header, long bodyLength) {
    builder.finish(Message.createMessage(builder, MetadataVersion.V5, type, header, bodyLength, 0));
    return builder.dataBuffer();
  }

  /**
   * A message's flatbuffer with its prefix, padded so that what follows it is aligned.
   *
   * @param position where the message will lie in the file
   */
  static ByteBuffer frame(ByteBuffer flatbuffer, long position) {
    int prefix = 2 * Integer.BYTES;
    long end = align(position + prefix + flatbuffer.remaining());
    ByteBuffer framed =
        ByteBuffer.allocate(Math.toIntExact(end - position)).order(ByteOrder.LITTLE_ENDIAN);
    framed.putInt(CONTINUATION).putInt(framed.capacity() - prefix).put(flatbuffer);
    return framed.clear();
  }

  static long align(long position) {
    return (position + ALIGNMENT - 1) & -ALIGNMENT;
  }
}
