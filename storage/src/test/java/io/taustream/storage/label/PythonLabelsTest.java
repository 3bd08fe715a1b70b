package io.taustream.storage.label;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taustream.storage.TaustreamException;
import io.taustream.storage.share.ParquetLabelReader;
import io.taustream.storage.share.ShardSamples;
import io.taustream.storage.share.ShareImport;
import io.taustream.storage.share.ShareReader;
import java.net.URISyntaxException;
import java.nio.file.Path;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Parquet as pyarrow writes it: resources/share/make.py made the files. */
class PythonLabelsTest {
  private static final Labels LABELS = Labels.of(new DenseF16(), 2, 4, 3);

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

  private static Path resource(String name) {
    try {
      return Path.of(PythonLabelsTest.class.getResource("/share/" + name + ".parquet").toURI());
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private void take(String name, SoftLabelStore store) {
    ShardSamples samples = new ShardSamples();
    for (int ordinal = 0; ordinal < LABELS.samples(); ordinal++) {
      samples.add(LABELS.key(ordinal), LABELS.row(ordinal, 0).label());
    }
    samples.end(Labels.CRC);
    try (ShareReader file = ParquetLabelReader.open(resource(name), name + ".parquet")) {
      new ShareImport(
              store,
              (key, view) ->
                  LABELS.row(Integer.parseInt(key.replaceAll("\\D", "")), view).viewSeed(),
              allocator)
          .run(file, LABELS.shard(), samples);
    }
  }

  private SoftLabelStore store() {
    return SoftLabelStore.open(
        new MemoryObjectStore(), Labels.ROOT, LABELS.set(), 2, folder, allocator, "1.0");
  }

  @ParameterizedTest
  @ValueSource(strings = {"plain", "float16", "gzip", "uncompressed"})
  void areReadHoweverPyarrowWroteThem(String name) {
    try (SoftLabelStore store = store()) {
      take(name, store);
      try (LabelFile file = store.open(LABELS.shard()).block()) {
        assertThat(file.verify()).isEmpty();
        float[] logits = new float[4];
        for (int ordinal = 0; ordinal < 3; ordinal++) {
          for (int view = 0; view < 2; view++) {
            file.logits(ordinal, view, logits);
            float first = ordinal + 10f * view;
            assertThat(logits)
                .containsExactly(first, first + 0.125f, first + 0.25f, first + 0.375f);
            assertThat(file.viewSeed(ordinal, view))
                .isEqualTo(LABELS.row(ordinal, view).viewSeed());
          }
          assertThat(file.key(ordinal)).isEqualTo(LABELS.key(ordinal));
          assertThat(file.label(ordinal)).isEqualTo(ordinal - 1);
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "missing-value | missing-value.parquet, row 4: 'logits' is null or empty",
        "missing-row | missing-row.parquet, row 4: 'logits' is null or empty",
        "too-short | too-short.parquet, row 4: 'logits' has 3 values; expected are 4 values",
        "too-long | too-long.parquet, row 4: 'logits' has more; expected are 4 values",
        "third-view | third-view.parquet, row 4: 'view' is 2; allowed are 0 to 1",
        "no-seed | no-seed.parquet has no column 'view_seed', only [ordinal, key, label, view, ",
        "text-view | text-view.parquet: its column 'view' is optional binary view (STRING); expected is an integer",
        "float64 | float64.parquet: its column 'logits' is optional group logits (LIST)",
        "float64 | expected is a list of 4, each float16 or float32",
        "brotli | brotli.parquet: its columns are compressed as BROTLI; write it with zstd, snappy,",
      })
  void areRefusedWhereTheyAreNotWhole(String name, String message) {
    try (SoftLabelStore store = store()) {
      assertThatThrownBy(() -> take(name, store))
          .isInstanceOf(TaustreamException.class)
          .hasMessageContaining(message)
          .message()
          .doesNotContain("\n");
      assertThat(store.status(LABELS.shard()).block()).isEqualTo(new LabelStatus.Missing());
    }
  }

  @Test
  void aFileThatIsNoParquetIsRefused() {
    assertThatThrownBy(
            () -> ParquetLabelReader.open(resource("plain").resolveSibling("make.py"), "make.py"))
        .isInstanceOf(TaustreamException.class)
        .hasMessageStartingWith("make.py cannot be read as Parquet: ")
        .message()
        .doesNotContain("\n");
  }
}
