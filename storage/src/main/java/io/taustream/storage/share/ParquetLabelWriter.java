package io.taustream.storage.share;

import io.taustream.storage.TaustreamException;
import io.taustream.storage.label.EncodedRows;
import io.taustream.storage.label.LabelColumn;
import io.taustream.storage.label.LabelFile;
import io.taustream.storage.label.LabelSet;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.conf.ParquetConfiguration;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.RecordConsumer;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Types;

/**
 * Writes a label file as Parquet (parquet.apache.org, format version 1 pages, Zstandard).
 *
 * <p><b>Rows</b> are those of the label file, in its order: view 0 of all samples that have an
 * image, in shard order, then view 1, and so on. A row group has at most 65,536 rows, or 8 MiB of
 * labels before compression.
 *
 * <p><b>Columns</b>, all required, in this order:
 *
 * <ul>
 *   <li>{@code ordinal}: INT32, the sample's place in its shard, from 0
 *   <li>{@code key}: BYTE_ARRAY (STRING), the sample's key
 *   <li>{@code label}: INT32, its class, −1 where there is none
 *   <li>{@code view}: INT32 (UINT_16), the view's number
 *   <li>{@code view_seed}: INT64, the seed that the view's random numbers follow from
 *   <li>the columns of the label file's encoding, by their names there ({@link
 *       io.taustream.storage.label.LabelFileWriter}), each a LIST ({@code list}, {@code element})
 *       of always as many values as the label file's fixed-size list has: float16 and float32 as
 *       FLOAT, encoded BYTE_STREAM_SPLIT, which lets the bytes go that a float16 leaves zero;
 *       uint8, uint16 and int32 as INT32 with that logical type
 * </ul>
 *
 * <p><b>Key-value metadata</b>: the schema metadata of the label file, all of it.
 *
 * <p>Nothing is rounded: an import gives the label file again, to the bit.
 */
public final class ParquetLabelWriter {
  private static final int MOST_ROWS = 65_536;
  private static final int GROUP_BYTES = 8 << 20;

  private ParquetLabelWriter() {}

  /**
   * Writes all of a label file. Blocking; holds one row group.
   *
   * @param target a file that is not there
   * @throws TaustreamException if the labels are damaged or the file cannot be written
   */
  public static void write(LabelFile labels, Path target) {
    LabelSet set = labels.metadata().set();
    try (ParquetWriter<Row> writer =
        new Builder(new LocalOutputFile(target), set, labels.metadata().toMap()).build()) {
      EncodedRows label = EncodedRows.allocate(set.encoding().columns(set.classes()), 1);
      for (int view = 0; view < labels.views(); view++) {
        for (int ordinal = 0; ordinal < labels.samples(); ordinal++) {
          if (labels.has(ordinal)) {
            label.clear();
            labels.stored(ordinal, view, label);
            writer.write(new Row(labels, ordinal, view, label));
          }
        }
      }
    } catch (IOException e) {
      throw new TaustreamException(
          "cannot write %s as Parquet to %s: %s; is there room?"
              .formatted(labels.name(), target, e.getMessage()),
          e);
    }
  }

  private record Row(LabelFile file, int ordinal, int view, EncodedRows label) {}

  private static MessageType schema(List<LabelColumn> columns) {
    var schema =
        Types.buildMessage()
            .required(PrimitiveTypeName.INT32)
            .named("ordinal")
            .required(PrimitiveTypeName.BINARY)
            .as(LogicalTypeAnnotation.stringType())
            .named("key")
            .required(PrimitiveTypeName.INT32)
            .named("label")
            .required(PrimitiveTypeName.INT32)
            .as(LogicalTypeAnnotation.intType(Short.SIZE, false))
            .named("view")
            .required(PrimitiveTypeName.INT64)
            .named("view_seed");
    for (LabelColumn column : columns) {
      schema.addField(list(column));
    }
    return schema.named("labels");
  }

  private static Type list(LabelColumn column) {
    ShareElement element = ShareElement.of(column);
    if (element.isFloat()) {
      return Types.requiredList().requiredElement(PrimitiveTypeName.FLOAT).named(column.name());
    }
    var integers = Types.requiredList().requiredElement(PrimitiveTypeName.INT32);
    return element == ShareElement.INT32
        ? integers.named(column.name())
        : integers
            .as(LogicalTypeAnnotation.intType(column.elementBytes() * Byte.SIZE, false))
            .named(column.name());
  }

  private static final class Builder extends ParquetWriter.Builder<Row, Builder> {
    private final List<LabelColumn> columns;
    private final Map<String, String> metadata;

    Builder(OutputFile file, LabelSet set, Map<String, String> metadata) {
      super(file);
      this.columns = set.encoding().columns(set.classes());
      this.metadata = metadata;
      long rowBytes =
          columns.stream().mapToLong(column -> (long) column.length() * Float.BYTES).sum();
      withConf(new PlainParquetConfiguration());
      withCodecFactory(new PageCodecs());
      withCompressionCodec(CompressionCodecName.ZSTD);
      withRowGroupRowCountLimit((int) Math.max(1, Math.min(MOST_ROWS, GROUP_BYTES / rowBytes)));
      for (LabelColumn column : columns) {
        String path = column.name() + ".list.element";
        withDictionaryEncoding(path, false);
        withByteStreamSplitEncoding(path, ShareElement.of(column).isFloat());
        // Nobody looks for rows by a logit.
        withStatisticsEnabled(path, false);
      }
    }

    @Override
    protected Builder self() {
      return this;
    }

    // Abstract in the library, though deprecated there.
    @SuppressWarnings("deprecation")
    @Override
    protected WriteSupport<Row> getWriteSupport(Configuration hadoop) {
      throw new IllegalStateException("Hadoop's configuration is not used");
    }

    @Override
    protected WriteSupport<Row> getWriteSupport(ParquetConfiguration plain) {
      return new Rows(columns, metadata);
    }
  }

  private static final class Rows extends WriteSupport<Row> {
    private static final int FIRST_LABEL = 5;

    private final List<LabelColumn> columns;
    private final Map<String, String> metadata;
    private RecordConsumer target;

    Rows(List<LabelColumn> columns, Map<String, String> metadata) {
      this.columns = columns;
      this.metadata = metadata;
    }

    // Abstract in the library, though deprecated there.
    @SuppressWarnings("deprecation")
    @Override
    public WriteContext init(Configuration hadoop) {
      throw new IllegalStateException("Hadoop's configuration is not used");
    }

    @Override
    public WriteContext init(ParquetConfiguration plain) {
      return new WriteContext(schema(columns), metadata);
    }

    @Override
    public void prepareForWrite(RecordConsumer consumer) {
      target = consumer;
    }

    @Override
    public void write(Row row) {
      LabelFile file = row.file();
      int ordinal = row.ordinal();
      target.startMessage();
      field("ordinal", 0, () -> target.addInteger(ordinal));
      field("key", 1, () -> target.addBinary(Binary.fromString(file.key(ordinal, row.view()))));
      field("label", 2, () -> target.addInteger(file.label(ordinal)));
      field("view", 3, () -> target.addInteger(row.view()));
      field("view_seed", 4, () -> target.addLong(file.viewSeed(ordinal, row.view())));
      for (int i = 0; i < columns.size(); i++) {
        LabelColumn column = columns.get(i);
        ByteBuffer values = row.label().column(i).flip();
        field(column.name(), FIRST_LABEL + i, () -> list(ShareElement.of(column), values));
      }
      target.endMessage();
    }

    private void list(ShareElement element, ByteBuffer values) {
      target.startGroup();
      target.startField("list", 0);
      while (values.hasRemaining()) {
        target.startGroup();
        target.startField("element", 0);
        if (element.isFloat()) {
          target.addFloat(element.nextFloat(values));
        } else {
          target.addInteger(element.nextInteger(values));
        }
        target.endField("element", 0);
        target.endGroup();
      }
      target.endField("list", 0);
      target.endGroup();
    }

    private void field(String name, int index, Runnable value) {
      target.startField(name, index);
      value.run();
      target.endField(name, index);
    }
  }
}
