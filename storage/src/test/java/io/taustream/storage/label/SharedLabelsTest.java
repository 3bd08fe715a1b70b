package io.taustream.storage.label;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taustream.storage.TaustreamException;
import io.taustream.storage.sample.SampleView;
import io.taustream.storage.sample.Shard;
import io.taustream.storage.share.ParquetLabelReader;
import io.taustream.storage.share.ParquetLabelWriter;
import io.taustream.storage.share.RowBlock;
import io.taustream.storage.share.ShardSamples;
import io.taustream.storage.share.ShareHeader;
import io.taustream.storage.share.ShareImport;
import io.taustream.storage.share.ShareReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Labels leave as Parquet and come back as they were, or not at all. */
class SharedLabelsTest {
  private static final List<LabelEncoding> ENCODINGS =
      List.of(
          new DenseF16(),
          new DenseF32(),
          new TopK(3, List.of(4f, 1f)),
          new Sampled(5, 1, List.of(1f, 4f)),
          new Sampled(300, 4, List.of(1f, 4f)));

  @TempDir Path folder;
  private RootAllocator allocator;

  @BeforeEach
  void open() {
    allocator = new RootAllocator();
  }

  @AfterEach
  void close() {
    allocator.close();
  }

  private SoftLabelStore store(
      MemoryObjectStore objects, Labels labels, LabelCompression compression) {
    return SoftLabelStore.open(
        objects, Labels.ROOT, labels.set(), labels.views(), folder, allocator, "1.0", compression);
  }

  /** The label file's bytes. */
  private byte[] stored(Labels labels, LabelCompression compression) {
    MemoryObjectStore objects = new MemoryObjectStore();
    try (SoftLabelStore store = store(objects, labels, compression)) {
      labels.store(store, allocator);
      return objects.get(store.location(labels.shard()));
    }
  }

  private Path parquet(byte[] labelFile) throws IOException {
    Path target = folder.resolve("labels.parquet");
    Files.deleteIfExists(target);
    Path source = Files.write(folder.resolve("labels.arrow"), labelFile);
    try (LabelFile file = LabelFile.open(source, allocator)) {
      ParquetLabelWriter.write(file, target);
    }
    return target;
  }

  private static ShardSamples samples(Labels labels) {
    ShardSamples samples = new ShardSamples();
    for (int ordinal = 0; ordinal < labels.samples(); ordinal++) {
      samples.add(labels.key(ordinal), labels.row(ordinal, 0).label());
    }
    samples.end(Labels.CRC);
    return samples;
  }

  /** The label file that an import makes. */
  private byte[] imported(ShareReader file, Labels labels, LabelCompression compression) {
    Map<String, Integer> ordinals = new HashMap<>();
    for (int ordinal = 0; ordinal < labels.samples(); ordinal++) {
      ordinals.put(labels.key(ordinal), ordinal);
    }
    MemoryObjectStore objects = new MemoryObjectStore();
    try (SoftLabelStore store = store(objects, labels, compression)) {
      new ShareImport(
              store,
              (key, view) -> labels.row(ordinals.getOrDefault(key, 0), view).viewSeed(),
              allocator)
          .run(file, labels.shard(), samples(labels));
      return objects.get(store.location(labels.shard()));
    }
  }

  @Test
  void comeBackAsTheSameLabelFileInEveryEncoding() throws IOException {
    for (LabelEncoding encoding : ENCODINGS) {
      for (LabelCompression compression : LabelCompression.values()) {
        Labels labels = Labels.of(encoding, 3, 12, 300).withSkipped(0, 17, 299);
        byte[] there = stored(labels, compression);
        try (ShareReader file = ParquetLabelReader.open(parquet(there), "labels.parquet")) {
          assertThat(imported(file, labels, compression))
              .as("%s, %s", encoding, compression)
              .isEqualTo(there);
        }
      }
    }
  }

  @Test
  void comeBackFromSeveralRowGroupsAndRecordBatches() throws IOException {
    Labels labels = Labels.of(new DenseF16(), 2, 400, 5000).withSkipped(4096);
    byte[] there = stored(labels, LabelCompression.NONE);
    try (ShareReader file = ParquetLabelReader.open(parquet(there), "labels.parquet")) {
      assertThat(imported(file, labels, LabelCompression.NONE)).isEqualTo(there);
    }
  }

  @Test
  void exactLogitsAreEncodedAsLabellingWould() throws IOException {
    Labels exact = Labels.of(new DenseF32(), 2, 12, 50);
    Path shared = parquet(stored(exact, LabelCompression.NONE));
    for (LabelEncoding encoding : ENCODINGS) {
      Labels labels = Labels.of(encoding, 2, 12, 50);
      try (ShareReader file = ParquetLabelReader.open(shared, "labels.parquet")) {
        assertThat(imported(file, labels, LabelCompression.NONE))
            .as("%s", encoding)
            .isEqualTo(stored(labels, LabelCompression.NONE));
      }
    }
  }

  @Test
  void roundedLogitsAreNotTakenForExactOnes() throws IOException {
    Path shared = parquet(stored(Labels.of(new DenseF16(), 1, 12, 5), LabelCompression.NONE));
    try (ShareReader file = ParquetLabelReader.open(shared, "labels.parquet")) {
      assertThatThrownBy(
              () -> imported(file, Labels.of(new DenseF32(), 1, 12, 5), LabelCompression.NONE))
          .isInstanceOf(TaustreamException.class)
          .hasMessage(
              "labels.parquet was made for other data: its encoding is DenseF16[], expected is"
                  + " DenseF32[]; import it with the configuration that it was made for");
    }
  }

  @Test
  void anotherShardTeacherViewOrClassCountIsRefused() {
    Labels labels = Labels.of(new DenseF32(), 1, 12, 5);
    Shard shard = labels.shard();
    refused(
        labels,
        "taustream.shard",
        "{\"name\":\"train-0000.tar\",\"size\":1}",
        "its shard size is 1, expected is 12345");
    refused(
        labels,
        "taustream.view_id",
        "none-000000000000",
        "its view is none-000000000000, expected is pad-crop-flip-0123456789ab");
    refused(labels, "taustream.classes", "13", "its class count is 13, expected is 12");
    refused(labels, "taustream.teacher_sha256", "f".repeat(64), "its teacher SHA-256 is ffff");
    refused(
        labels,
        "taustream.crc32c",
        "00000001",
        "its CRC-32C of shard train-0000.tar is 00000001, expected is fedcba98");
    refused(
        labels,
        "taustream.samples",
        "6",
        "its count of samples in shard train-0000.tar is 6, expected is 5");
    refused(
        labels,
        "taustream.skipped",
        "7",
        "taustream.skipped holds 7; shard train-0000.tar has 5 samples");
    assertThat(shard.name()).isEqualTo("train-0000.tar");
  }

  private void refused(Labels labels, String key, String value, String message) {
    Map<String, String> metadata = metadata(labels);
    metadata.put(key, value);
    assertThatThrownBy(
            () -> imported(new Rows(labels, metadata, rows(labels)), labels, LabelCompression.NONE))
        .isInstanceOf(TaustreamException.class)
        .hasMessageContaining("test.parquet")
        .hasMessageContaining(message)
        .message()
        .doesNotContain("\n");
  }

  @Test
  void metadataThatSayTooLittleAreRefused() {
    Map<String, String> metadata = metadata(Labels.of(new DenseF32(), 1, 12, 5));
    for (String key : List.of("format", "shard", "view_id", "views", "classes")) {
      Map<String, String> less = new HashMap<>(metadata);
      less.remove("taustream." + key);
      assertThatThrownBy(() -> ShareHeader.of(less, "test.parquet"))
          .isInstanceOf(TaustreamException.class)
          .hasMessageContaining("test.parquet has no metadata taustream.%s", key);
    }
    metadata.keySet().removeIf(key -> key.matches(".*(sha256|encoding|crc32c|samples|skipped)"));
    assertThat(ShareHeader.of(metadata, "test.parquet").skipped()).isEmpty();
  }

  @Test
  void rowsThatAreNotOfTheShardOrItsViewsAreRefused() {
    Labels labels = Labels.of(new DenseF32(), 2, 4, 5).withSkipped(2);
    List<SampleView> rows = rows(labels);
    refusedRow(
        labels,
        3,
        row -> at(row, 9),
        "row 3 (ordinal 9, key 'schlüssel/xxxx4', view 0): shard train-0000.tar has 5 samples");
    refusedRow(
        labels,
        1,
        row -> new SampleView(row.shard(), 1, "other", row.label(), 0, 1),
        "row 1 (ordinal 1, key 'other', view 0): it has class 0; shard train-0000.tar has another key or class");
    refusedRow(
        labels,
        4,
        row -> new SampleView(row.shard(), 0, row.key(), row.label(), 1, 77),
        "row 4 (ordinal 0, key 'schlüssel/0', view 1): its view seed is 77, that of view");
    refusedRow(
        labels, 1, row -> labels.row(2, 0), "taustream.skipped says that this sample has no rows");
    refusedRow(
        labels,
        1,
        row -> rows.get(0),
        "row 1 (ordinal 0, key 'schlüssel/0', view 0): this sample and view were there before");
    refusedRow(
        labels,
        0,
        row -> rows.get(3),
        "row 1 (ordinal 1, key 'schlüssel/x1', view 0): it comes after ordinal 4");
  }

  private static SampleView at(SampleView row, int ordinal) {
    return new SampleView(row.shard(), ordinal, row.key(), row.label(), row.view(), row.viewSeed());
  }

  private void refusedRow(
      Labels labels, int place, UnaryOperator<SampleView> change, String message) {
    List<SampleView> rows = rows(labels);
    rows.set(place, change.apply(rows.get(place)));
    assertThatThrownBy(
            () -> imported(new Rows(labels, metadata(labels), rows), labels, LabelCompression.NONE))
        .isInstanceOf(TaustreamException.class)
        .hasMessageStartingWith("test.parquet")
        .hasMessageContaining(message);
  }

  @Test
  void missingRowsAreRefused() {
    Labels labels = Labels.of(new DenseF32(), 2, 4, 5).withSkipped(2);
    for (int place : new int[] {0, 5, 7}) {
      List<SampleView> rows = rows(labels);
      SampleView gone = rows.remove(place);
      assertThatThrownBy(
              () ->
                  imported(new Rows(labels, metadata(labels), rows), labels, LabelCompression.NONE))
          .isInstanceOf(TaustreamException.class)
          .hasMessage(
              "test.parquet has no row of ordinal %d in view %d; every sample of shard train-0000.tar has one in each of 2 views, unless taustream.skipped lists it",
              gone.ordinal(), gone.view());
    }
  }

  @Test
  void logitsThatAreNotFiniteAreRefusedByRow() {
    Labels labels = Labels.of(new DenseF32(), 1, 4, 5);
    Labels rounded = Labels.of(new DenseF16(), 1, 4, 5);
    for (Labels target : List.of(labels, rounded)) {
      Rows file = new Rows(labels, metadata(labels), rows(labels));
      file.spoil = 3;
      assertThatThrownBy(() -> imported(file, target, LabelCompression.NONE))
          .isInstanceOf(TaustreamException.class)
          .hasMessageContaining("test.parquet, row 3 (ordinal 3, key 'schlüssel/xxx3', view 0)")
          .hasMessageContaining("NaN");
    }
  }

  private static Map<String, String> metadata(Labels labels) {
    LabelMetadata metadata =
        new LabelMetadata(
            labels.set(),
            labels.views(),
            labels.shard().name(),
            labels.shard().size(),
            Labels.CRC,
            labels.digest(),
            labels.samples(),
            List.copyOf(labels.skipped()),
            "python");
    return new HashMap<>(metadata.toMap());
  }

  private static List<SampleView> rows(Labels labels) {
    List<SampleView> rows = new ArrayList<>();
    for (int view = 0; view < labels.views(); view++) {
      for (int ordinal : labels.ordinals()) {
        rows.add(labels.row(ordinal, view));
      }
    }
    return rows;
  }

  /** A shared file in memory, float32, in blocks of 3 rows. */
  private static final class Rows implements ShareReader {
    private final Labels labels;
    private final ShareHeader header;
    private final List<SampleView> rows;
    private int next;
    int spoil = -1;

    Rows(Labels labels, Map<String, String> metadata, List<SampleView> rows) {
      this.labels = labels;
      this.header = ShareHeader.of(metadata, "test.parquet");
      this.rows = rows;
    }

    @Override
    public ShareHeader header() {
      return header;
    }

    @Override
    public Optional<RowBlock> next(List<LabelColumn> columns) {
      if (next == rows.size()) {
        return Optional.empty();
      }
      int first = next;
      List<SampleView> block = rows.subList(first, Math.min(rows.size(), first + 3));
      EncodedRows values = EncodedRows.allocate(columns, block.size());
      for (SampleView row : block) {
        float[] logits = labels.logits(row.ordinal(), row.view());
        logits[2] = next++ == spoil ? Float.NaN : logits[2];
        for (float logit : logits) {
          values.column(0).putFloat(logit);
        }
      }
      return Optional.of(new RowBlock(first, block, values));
    }

    @Override
    public void close() {}
  }
}
