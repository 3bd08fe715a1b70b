package io.taustream.storage.label;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taustream.storage.TaustreamException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Compressed label files hold what the others hold. */
class CompressedLabelsTest {
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

  private byte[] write(Labels labels, LabelCompression compression) {
    MemoryObjectStore objects = new MemoryObjectStore();
    try (SoftLabelStore store = store(objects, labels, compression)) {
      labels.store(store, allocator);
      return objects.get(store.location(labels.shard()));
    }
  }

  private SoftLabelStore store(
      MemoryObjectStore objects, Labels labels, LabelCompression compression) {
    return SoftLabelStore.open(
        objects, Labels.ROOT, labels.set(), labels.views(), folder, allocator, "1.0", compression);
  }

  private Path file(byte[] content) {
    try {
      return Files.write(folder.resolve("file.arrow"), content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private LabelFile read(byte[] content, long cacheBytes) {
    return LabelFile.open(file(content), new DecompressedBatches(allocator, cacheBytes));
  }

  private void requireRows(Labels labels, LabelFile file) {
    float[] logits = new float[labels.set().classes()];
    for (int view = 0; view < labels.views(); view++) {
      for (int ordinal : labels.ordinals()) {
        file.logits(ordinal, view, logits);
        assertThat(logits).isEqualTo(labels.expected(ordinal, view, allocator));
        assertThat(file.viewSeed(ordinal, view)).isEqualTo(labels.row(ordinal, view).viewSeed());
        assertThat(file.key(ordinal)).isEqualTo(labels.key(ordinal));
        assertThat(file.label(ordinal)).isEqualTo(labels.row(ordinal, view).label());
      }
    }
  }

  @Test
  void readBackToTheBitInEveryEncoding() {
    for (LabelEncoding encoding :
        List.of(
            new DenseF16(),
            new DenseF32(),
            new TopK(3, List.of(1f, 4f)),
            new Sampled(5, 1, List.of(1f, 4f)))) {
      Labels labels = Labels.of(encoding, 3, 12, 300).withSkipped(0, 7);
      byte[] plain = write(labels, LabelCompression.NONE);
      byte[] compressed = write(labels, LabelCompression.ZSTD);

      assertThat(compressed.length).isLessThan(plain.length);
      assertThat(write(labels, LabelCompression.ZSTD)).isEqualTo(compressed);
      try (LabelFile file = read(compressed, 1 << 20)) {
        assertThat(file.metadata().set()).isEqualTo(labels.set());
        assertThat(file.verify()).isEmpty();
        requireRows(labels, file);
      }
      assertThat(allocator.getAllocatedMemory()).isZero();
    }
  }

  @Test
  void spanSeveralBatchesOfAView() {
    Labels labels = Labels.of(new DenseF16(), 2, 4, 9000);
    try (LabelFile file = read(write(labels, LabelCompression.ZSTD), 1)) {
      float[] logits = new float[4];
      for (int ordinal : new int[] {0, 4095, 4096, 8999}) {
        file.logits(ordinal, 1, logits);
        assertThat(logits).isEqualTo(labels.expected(ordinal, 1, allocator));
      }
      FloatBuffer view = FloatBuffer.allocate(9000 * 4);
      assertThat(file.scan(1).next(view)).isEqualTo(9000);
      for (int ordinal : new int[] {0, 4095, 4096, 8999}) {
        view.get(4 * ordinal, logits);
        assertThat(logits).isEqualTo(labels.expected(ordinal, 1, allocator));
      }
    }
  }

  @Test
  void keepNoMoreInMemoryThanTheCacheAllows() {
    Labels labels = Labels.of(new DenseF32(), 8, 16, 200);
    byte[] content = write(labels, LabelCompression.ZSTD);
    long batch = new LabelBatchLayout(200, 4000, new DenseF32().columns(16)).bodyLength();
    try (LabelFile file = read(content, 3 * batch)) {
      float[] logits = new float[16];
      for (int i = 0; i < 24; i++) {
        file.logits(i, i % 8, logits);
        // Arrow rounds each up to a power of two.
        assertThat(allocator.getAllocatedMemory()).isBetween(1L, 6 * batch);
      }
    }
    assertThat(allocator.getAllocatedMemory()).isZero();
  }

  @Test
  void areReadByThreadsThatEvictEachOthersBatches() throws Exception {
    Labels labels = Labels.of(new DenseF16(), 6, 10, 50);
    float[][][] expected = new float[6][50][];
    for (int view = 0; view < 6; view++) {
      for (int ordinal = 0; ordinal < 50; ordinal++) {
        expected[view][ordinal] = labels.expected(ordinal, view, allocator);
      }
    }
    ExecutorService threads = Executors.newFixedThreadPool(3);
    try (LabelFile file = read(write(labels, LabelCompression.ZSTD), 1)) {
      List<Future<?>> reads = new ArrayList<>();
      for (int thread = 0; thread < 3; thread++) {
        Random random = new Random(thread);
        reads.add(
            threads.submit(
                () -> {
                  float[] logits = new float[10];
                  for (int i = 0; i < 500; i++) {
                    int view = random.nextInt(6);
                    int ordinal = random.nextInt(50);
                    file.logits(ordinal, view, logits);
                    assertThat(logits).isEqualTo(expected[view][ordinal]);
                  }
                }));
      }
      for (Future<?> read : reads) {
        read.get();
      }
    } finally {
      threads.shutdown();
    }
  }

  @Test
  void mayLieBesideOthersInOneFolder() {
    Labels first = Labels.of(new DenseF16(), 1, 4, 20);
    Labels second = first.withShard(Labels.shard("train-0001.tar"));
    MemoryObjectStore objects = new MemoryObjectStore();
    try (SoftLabelStore plain = store(objects, first, LabelCompression.NONE);
        SoftLabelStore compressing = store(objects, first, LabelCompression.ZSTD)) {
      first.store(plain, allocator);
      second.store(compressing, allocator);

      for (SoftLabelStore store : List.of(plain, compressing)) {
        for (Labels labels : List.of(first, second)) {
          assertThat(store.status(labels.shard()).block()).isInstanceOf(LabelStatus.Complete.class);
          try (LabelFile file = store.open(labels.shard()).block()) {
            requireRows(labels, file);
          }
        }
      }
    }
  }

  @Test
  void growToTheFileOfAllViewsAtOnce() {
    Labels all = Labels.of(new TopK(2, List.of(4f)), 4, 5, 30).withSkipped(3);

    byte[] grown = grow(all, 3, LabelCompression.ZSTD, LabelCompression.ZSTD);

    assertThat(grown).isEqualTo(write(all, LabelCompression.ZSTD));
  }

  @Test
  void growIntoFilesOfBothWhereTheCompressionWasChanged() {
    Labels all = Labels.of(new DenseF16(), 5, 10, 300).withSkipped(3);
    int plain = write(all, LabelCompression.NONE).length;
    int compressed = write(all, LabelCompression.ZSTD).length;
    for (LabelCompression first : LabelCompression.values()) {
      LabelCompression then =
          first == LabelCompression.NONE ? LabelCompression.ZSTD : LabelCompression.NONE;

      byte[] grown = grow(all, 2, first, then);

      assertThat(grown.length).isStrictlyBetween(compressed, plain);
      try (LabelFile file = read(grown, 1 << 20)) {
        assertThat(file.verify()).isEmpty();
        requireRows(all, file);
      }
    }
  }

  private byte[] grow(Labels all, int views, LabelCompression first, LabelCompression then) {
    MemoryObjectStore objects = new MemoryObjectStore();
    Labels few = all.withViews(views);
    try (SoftLabelStore old = store(objects, few, first);
        SoftLabelStore grown = store(objects, all, then)) {
      few.store(old, allocator);
      all.extend(grown, allocator, Labels.CRC);
      try (LabelFile file = grown.open(all.shard()).block()) {
        requireRows(all, file);
      }
      return objects.get(grown.location(all.shard()));
    }
  }

  @Test
  void giveTheirMemoryBackWhereTheyWereFetched() {
    Labels labels = Labels.of(new DenseF16(), 3, 10, 50);
    MemoryObjectStore objects = new MemoryObjectStore();
    try (SoftLabelStore store = store(objects, labels, LabelCompression.ZSTD)) {
      labels.store(store, allocator);
      LabelFile file = store.open(labels.shard()).block();
      requireRows(labels, file);
      assertThat(allocator.getAllocatedMemory()).isPositive();

      file.close();

      assertThat(allocator.getAllocatedMemory()).isZero();
      assertThatThrownBy(() -> file.viewSeed(0, 0))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("closed");
    }
  }

  @Test
  void detectAFlippedBitAnywhereBeforeTheFooter() {
    byte[] bytes = write(Labels.of(new TopK(2, List.of(1f)), 2, 5, 40), LabelCompression.ZSTD);
    int end =
        bytes.length - 2 - LabelFooter.lengthFromTail(ByteBuffer.wrap(bytes), bytes.length, "");
    Random random = new Random(5);
    for (int i = 0; i < 400; i++) {
      int at = random.nextInt(end - LabelFileFormat.END_OF_STREAM_BYTES);
      byte[] changed = bytes.clone();
      changed[at] ^= (byte) (1 << random.nextInt(8));
      assertThat(isRefused(changed)).as("bit flipped at %d", at).isTrue();
      assertThat(allocator.getAllocatedMemory()).isZero();
    }
  }

  private boolean isRefused(byte[] content) {
    try (LabelFile file = read(content, 1 << 20)) {
      return !file.verify().isEmpty();
    } catch (TaustreamException e) {
      return true;
    }
  }

  @Test
  void giveNothingBackAfterClose() {
    LabelFile file = read(write(Labels.of(new DenseF16(), 1, 4, 5), LabelCompression.ZSTD), 1024);
    file.logits(0, 0, new float[4]);
    file.close();
    file.close();

    assertThat(allocator.getAllocatedMemory()).isZero();
    assertThatThrownBy(() -> file.logits(0, 0, new float[4]))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
  }

  @Test
  void sayWhereMemoryIsMissing() {
    Labels labels = Labels.of(new DenseF32(), 1, 100, 200);
    byte[] content = write(labels, LabelCompression.ZSTD);
    try (RootAllocator tiny = new RootAllocator(1024);
        LabelFile file = LabelFile.open(file(content), tiny)) {
      assertThatThrownBy(() -> file.logits(0, 0, new float[100]))
          .isInstanceOf(TaustreamException.class)
          .hasMessageContainingAll("batch 0", "memory.batches");
    }
  }

  @Test
  void haveATextForm() {
    for (LabelCompression compression : LabelCompression.values()) {
      assertThat(LabelCompression.of(compression.text())).isEqualTo(compression);
    }
    assertThatThrownBy(() -> LabelCompression.of("lz4"))
        .isInstanceOf(TaustreamException.class)
        .hasMessageContainingAll("lz4", "none, zstd");
  }
}
