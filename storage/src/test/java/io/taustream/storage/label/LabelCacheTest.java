package io.taustream.storage.label;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taustream.storage.TaustreamException;
import io.taustream.storage.object.ObjectInfo;
import io.taustream.storage.object.ObjectUri;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Local copies of label files may be broken, out of date or impossible: labels are true anyway. */
class LabelCacheTest {
  @TempDir Path scratch;
  private final MemoryObjectStore memory = new MemoryObjectStore();
  private final CountingObjectStore objects = new CountingObjectStore(memory);
  private final Labels labels = Labels.of(new DenseF16(), 2, 10, 50);
  private RootAllocator allocator;

  @BeforeEach
  void label() {
    allocator = new RootAllocator();
    try (SoftLabelStore store = store(labels)) {
      labels.store(store, allocator);
    }
  }

  @AfterEach
  void close() {
    allocator.close();
  }

  private SoftLabelStore store(Labels some) {
    return SoftLabelStore.open(
        objects, Labels.ROOT, some.set(), some.views(), scratch, allocator, "1.0");
  }

  private static ObjectUri place(Labels some) {
    return some.set().folder(Labels.ROOT).child(some.shard().name() + LabelFolder.SUFFIX);
  }

  private void requireRows(Labels some) {
    try (SoftLabelStore store = store(some);
        LabelFile file = store.open(some.shard()).block()) {
      requireRows(some, file);
    }
  }

  private void requireRows(Labels some, LabelFile file) {
    float[] logits = new float[some.set().classes()];
    for (int view = 0; view < some.views(); view++) {
      file.logits(9, view, logits);
      assertThat(logits).isEqualTo(some.expected(9, view, allocator));
    }
  }

  private List<Path> copies() {
    return files("");
  }

  private List<Path> files(String part) {
    try (Stream<Path> files = Files.walk(scratch.resolve("fetched"))) {
      return files
          .filter(f -> Files.isRegularFile(f) && f.getFileName().toString().contains(part))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void aCopyThatIsTruncatedIsFetchedAgain() throws IOException {
    requireRows(labels);
    assertThat(copies()).hasSize(3);
    for (int length : new int[] {0, 3, 4, 100}) {
      for (Path copy : copies()) {
        Files.write(copy, Arrays.copyOf(Files.readAllBytes(copy), length));
      }
      objects.reset();
      requireRows(labels);
      assertThat(objects.reads()).isEqualTo(3);
    }
    requireRows(labels);
    assertThat(objects.reads()).as("they are whole now").isEqualTo(3);
  }

  @Test
  void aFlippedBitInACopyTrainsNobodyAndIsNotTheStoresFault() throws IOException {
    requireRows(labels);
    Random random = new Random(4);
    for (int i = 0; i < 60; i++) {
      Path copy = copies().get(i % 3);
      byte[] bytes = Files.readAllBytes(copy);
      bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
      Files.write(copy, bytes);
      objects.reset();
      requireRows(labels);
      assertThat(objects.reads()).as(copy.toString()).isEqualTo(1);
    }
  }

  @Test
  void whoeverVerifiesReadsTheStoreBehindACopyThatIsRight() {
    try (SoftLabelStore store = store(labels);
        LabelFile file = store.open(labels.shard()).block()) {
      requireRows(labels, file);
      byte[] object = memory.get(place(labels));
      LabelFooter footer = LabelFolder.readFooter(memory, file(labels)).block();
      int at = (int) footer.blocks().get(1).end() - 90;
      object[at] ^= 1;

      try (LabelFile stored = store.openUncached(labels.shard()).block()) {
        assertThat(stored.verify())
            .singleElement()
            .satisfies(p -> assertThat(p.toString()).contains("s3://bucket", "batch 1", "CRC-32C"));
      }
      requireRows(labels, file);
      object[at] ^= 1;
      try (LabelFile stored = store.openUncached(labels.shard()).block()) {
        assertThat(stored.verify()).isEmpty();
        requireRows(labels, stored);
      }
      assertThat(copies()).as("of what is read otherwise").hasSize(3);
    }
    try (Stream<Path> left = Files.list(scratch)) {
      assertThat(left).containsExactly(scratch.resolve("fetched"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private ObjectInfo file(Labels some) {
    return memory.stat(place(some)).block();
  }

  @Test
  void aGrownFilesFirstBatchesAreNotFetchedAgain() {
    Labels grown = labels.withViews(5);
    requireRows(labels);
    try (SoftLabelStore store = store(grown)) {
      grown.extend(store, allocator, Labels.CRC);
    }
    objects.reset();

    requireRows(grown);

    assertThat(objects.reads()).as("a footer and three batches").isEqualTo(4);
    assertThat(files("footer")).hasSize(1);
    assertThat(files("batch")).hasSize(5);
  }

  @Test
  void nothingIsKeptOfAFileThatWasReplaced() throws IOException {
    requireRows(labels);
    List<Path> before = copies();
    Path folder = before.get(0).getParent();
    Path killed = Files.write(folder.resolve("killed.part"), new byte[9]);
    Files.setLastModifiedTime(killed, FileTime.from(Instant.now().minus(Duration.ofDays(2))));
    Path underWay = Files.write(folder.resolve("other.part"), new byte[9]);
    Labels other =
        new Labels(labels.set(), labels.views(), labels.shard(), 50, labels.skipped(), 2);
    try (SoftLabelStore store = store(other)) {
      other.store(store, allocator, 77);
    }

    requireRows(other);

    assertThat(copies())
        .hasSize(4)
        .contains(underWay)
        .doesNotContain(killed)
        .doesNotContainAnyElementsOf(before);
  }

  @Test
  void aFolderThatCannotBeWrittenIsNamed() throws IOException {
    Files.write(scratch.resolve("fetched"), new byte[1]);
    try (SoftLabelStore store = store(labels)) {
      assertThatThrownBy(() -> store.open(labels.shard()).block())
          .isInstanceOf(TaustreamException.class)
          .hasMessageContainingAll(scratch.resolve("fetched").toString(), "is there room?");
    }
    Files.delete(scratch.resolve("fetched"));
    try (SoftLabelStore store = store(labels);
        LabelFile file = store.open(labels.shard()).block()) {
      ScratchFolder.delete(scratch.resolve("fetched"));
      Files.write(scratch.resolve("fetched"), new byte[1]);
      assertThatThrownBy(() -> file.viewSeed(3, 1))
          .isInstanceOf(TaustreamException.class)
          .hasMessageContainingAll(scratch.resolve("fetched").toString(), "is there room?");
      assertThatThrownBy(file::verify)
          .isInstanceOf(TaustreamException.class)
          .hasMessageContaining("is there room?");
    }
  }
}
