package io.taustream.storage.share;

import io.taustream.storage.TaustreamException;
import io.taustream.storage.label.EncodedRows;
import io.taustream.storage.label.LabelColumn;
import io.taustream.storage.sample.SampleView;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.column.ColumnReader;
import org.apache.parquet.column.impl.ColumnReadStoreImpl;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.io.api.Converter;
import org.apache.parquet.io.api.GroupConverter;
import org.apache.parquet.io.api.PrimitiveConverter;
import org.apache.parquet.schema.MessageType;

/**
 * Reads labels from Parquet, as {@link ParquetLabelWriter} or another program wrote them. Columns
 * are found by their names; they may be nullable as long as no value is missing, integers may be
 * INT32 or INT64, and what the writer has as FLOAT may be FLOAT or FLOAT16. The metadata are
 * specified by {@link ShareHeader}.
 *
 * <p>Holds one row group as it is compressed; one of more than 256 MiB is refused. Blocking; not
 * thread-safe.
 */
public final class ParquetLabelReader implements ShareReader {
  private static final long MOST_GROUP_BYTES = 256L << 20;
  private static final int BLOCK_BYTES = 1 << 20;
  private static final int MOST_BLOCK_ROWS = 1024;

  private final String where;
  private final ParquetFileReader file;
  private final ShareHeader header;
  private ParquetColumns columns;
  private EncodedRows labels;
  private int blockRows;
  private final Map<String, ColumnReader> readers = new HashMap<>();
  private long left;
  private long row;
  private int nextGroup;

  private ParquetLabelReader(ParquetFileReader file, ShareHeader header, String where) {
    this.file = file;
    this.header = header;
    this.where = where;
  }

  /**
   * Opens a file and reads its metadata.
   *
   * @param where what messages call the file
   * @throws TaustreamException if it is no Parquet file, or says too little of its labels
   */
  public static ParquetLabelReader open(Path path, String where) {
    ParquetFileReader file = null;
    try {
      file =
          ParquetFileReader.open(
              new LocalInputFile(path),
              ParquetReadOptions.builder(new PlainParquetConfiguration())
                  .withCodecFactory(new PageCodecs())
                  .build());
      var metadata = file.getFileMetaData().getKeyValueMetaData();
      return new ParquetLabelReader(file, ShareHeader.of(metadata, where), where);
    } catch (TaustreamException e) {
      close(file);
      throw e;
    } catch (IOException | RuntimeException e) {
      close(file);
      throw new TaustreamException(
          "%s cannot be read as Parquet: %s; write it again"
              .formatted(where, String.valueOf(e.getMessage()).lines().findFirst().orElse("")),
          e);
    }
  }

  @Override
  public ShareHeader header() {
    return header;
  }

  @Override
  public Optional<RowBlock> next(List<LabelColumn> wanted) {
    if (columns == null) {
      prepare(wanted);
    }
    try {
      while (left == 0) {
        if (!nextGroup()) {
          return Optional.empty();
        }
      }
      return Optional.of(block((int) Math.min(left, blockRows), wanted));
    } catch (TaustreamException e) {
      String line = e.getMessage();
      throw line.startsWith(where) ? e : new TaustreamException("%s: %s".formatted(where, line), e);
    } catch (IOException | RuntimeException e) {
      throw new TaustreamException(
          "%s cannot be read from row %d on: %s; write it again"
              .formatted(where, row, String.valueOf(e.getMessage()).lines().findFirst().orElse("")),
          e);
    }
  }

  private void prepare(List<LabelColumn> wanted) {
    MessageType schema = file.getFileMetaData().getSchema();
    columns = new ParquetColumns(schema, wanted, where);
    file.setRequestedSchema(columns.schema());
    int rowBytes = wanted.stream().mapToInt(LabelColumn::rowBytes).sum();
    blockRows = Math.max(1, Math.min(MOST_BLOCK_ROWS, BLOCK_BYTES / rowBytes));
    labels = EncodedRows.allocate(wanted, blockRows);
  }

  private boolean nextGroup() throws IOException {
    List<BlockMetaData> groups = file.getRowGroups();
    if (nextGroup == groups.size()) {
      return false;
    }
    long bytes = groups.get(nextGroup).getCompressedSize();
    if (bytes > MOST_GROUP_BYTES) {
      throw new TaustreamException(
          "%s: row group %d has %,d bytes; at most %,d are allowed: write it with smaller row groups, in pyarrow by row_group_size=4096"
              .formatted(where, nextGroup, bytes, MOST_GROUP_BYTES));
    }
    nextGroup++;
    PageReadStore pages = file.readNextRowGroup();
    left = pages.getRowCount();
    ColumnReadStoreImpl store =
        new ColumnReadStoreImpl(
            pages, new Nowhere(), columns.schema(), file.getFileMetaData().getCreatedBy());
    readers.clear();
    columns
        .schema()
        .getColumns()
        .forEach(c -> readers.put(c.getPath()[0], store.getColumnReader(c)));
    return true;
  }

  private RowBlock block(int rows, List<LabelColumn> wanted) {
    long first = row;
    long[] ordinals = integers(ParquetColumns.ORDINAL, rows, 0, Integer.MAX_VALUE - 1);
    long[] classes = integers(ParquetColumns.LABEL, rows, -1, Integer.MAX_VALUE);
    long[] views = integers(ParquetColumns.VIEW, rows, 0, header.views() - 1L);
    long[] seeds = integers(ParquetColumns.VIEW_SEED, rows, Long.MIN_VALUE, Long.MAX_VALUE);
    List<String> keys = keys(rows);
    labels.clear();
    for (int i = 0; i < wanted.size(); i++) {
      lists(wanted.get(i), rows, labels.column(i));
    }
    List<SampleView> samples = new ArrayList<>(rows);
    for (int i = 0; i < rows; i++) {
      samples.add(
          new SampleView(
              header.shardName(),
              (int) ordinals[i],
              keys.get(i),
              (int) classes[i],
              (int) views[i],
              seeds[i]));
    }
    row += rows;
    left -= rows;
    return new RowBlock(first, samples, labels);
  }

  private long[] integers(String name, int rows, long least, long most) {
    ColumnReader source = reader(name);
    long[] values = new long[rows];
    for (int i = 0; i < rows; i++) {
      requireValue(source, name, row + i);
      try {
        values[i] = ShareElement.requireRange(ParquetColumns.integer(source), least, most);
      } catch (NumberFormatException e) {
        throw wrong(row + i, "'%s' %s".formatted(name, e.getMessage()));
      }
      source.consume();
    }
    return values;
  }

  private List<String> keys(int rows) {
    ColumnReader source = reader(ParquetColumns.KEY);
    List<String> keys = new ArrayList<>(rows);
    for (int i = 0; i < rows; i++) {
      requireValue(source, ParquetColumns.KEY, row + i);
      keys.add(source.getBinary().toStringUsingUTF8());
      source.consume();
    }
    return keys;
  }

  private void lists(LabelColumn column, int rows, ByteBuffer target) {
    ShareElement element = ShareElement.of(column);
    ColumnReader source = reader(column.name());
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < column.length(); j++) {
        if (j > 0 && source.getCurrentRepetitionLevel() == 0) {
          throw wrongLength(column, row + i, j + " values");
        }
        requireValue(source, column.name(), row + i);
        if (element.isFloat()) {
          element.put(target, ParquetColumns.number(source));
        } else {
          putInteger(element, source, column, target, row + i);
        }
        source.consume();
      }
      if (source.getCurrentRepetitionLevel() > 0) {
        throw wrongLength(column, row + i, "more");
      }
    }
  }

  private void putInteger(
      ShareElement element, ColumnReader source, LabelColumn column, ByteBuffer target, long at) {
    try {
      element.put(target, ParquetColumns.integer(source));
    } catch (NumberFormatException e) {
      throw wrong(at, "'%s' %s".formatted(column.name(), e.getMessage()));
    }
  }

  private TaustreamException wrongLength(LabelColumn column, long at, String found) {
    return wrong(
        at, "'%s' has %s; expected are %d values".formatted(column.name(), found, column.length()));
  }

  private void requireValue(ColumnReader source, String name, long at) {
    if (source.getCurrentDefinitionLevel() < source.getDescriptor().getMaxDefinitionLevel()) {
      throw wrong(at, "'%s' is null or empty".formatted(name));
    }
  }

  private TaustreamException wrong(long at, String what) {
    return new TaustreamException("%s, row %d: %s".formatted(where, at, what));
  }

  private ColumnReader reader(String name) {
    return readers.get(name);
  }

  @Override
  public void close() {
    close(file);
  }

  private static void close(ParquetFileReader file) {
    if (file != null) {
      try {
        file.close();
      } catch (IOException e) {
        // Nothing was written through it: there is nothing to lose.
        throw new TaustreamException("cannot close a Parquet file: " + e.getMessage(), e);
      }
    }
  }

  /** Values are fetched from columns; the library wants to know where it could push them. */
  private static final class Nowhere extends GroupConverter {
    @Override
    public Converter getConverter(int field) {
      return this;
    }

    @Override
    public PrimitiveConverter asPrimitiveConverter() {
      return new PrimitiveConverter() {};
    }

    @Override
    public void start() {}

    @Override
    public void end() {}
  }
}
