package io.taustream.storage.label;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taustream.storage.TaustreamException;
import io.taustream.storage.object.ObjectStore;
import io.taustream.storage.object.ObjectStores;
import io.taustream.storage.object.ObjectUri;
import io.taustream.storage.object.S3TestServer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** From a real S3 server no more of a label file is read than the batches that are asked for. */
@Timeout(120)
class LabelFetchTest {
  private static S3TestServer server;
  private static ObjectStore s3;

  @TempDir Path scratch;
  private RootAllocator allocator;
  private CountingObjectStore objects;

  @BeforeAll
  static void startServer() {
    server = S3TestServer.start();
    server.createBucket("bucket");
    s3 = ObjectStores.open(Optional.of(server.settings()));
  }

  @AfterAll
  static void stopServer() {
    s3.close();
    server.close();
  }

  @BeforeEach
  void open() {
    allocator = new RootAllocator();
    objects = new CountingObjectStore(s3);
  }

  @AfterEach
  void close() {
    allocator.close();
  }

  private SoftLabelStore store(ObjectStore where, String root, Labels labels, String folder) {
    return SoftLabelStore.open(
        where,
        new ObjectUri("s3", "bucket", root),
        labels.set(),
        labels.views(),
        scratch.resolve(folder),
        allocator,
        "1.0");
  }

  private void write(SoftLabelStore store, Labels labels) {
    try (LabelFileWriter writer = store.begin(labels.shard())) {
      labels.appendTo(writer, 500, allocator);
      writer.commit(Labels.CRC, labels.skipped()).block();
    }
  }

  @Test
  void anEpochOfOneViewFetchesTheBatchesOfThatViewOnceEach() {
    Labels labels = Labels.of(new DenseF16(), 3, 10, 9000).withSkipped(7);
    try (SoftLabelStore store = store(objects, "epoch", labels, "first")) {
      write(store, labels);
      LabelFooter footer =
          LabelFolder.readFooter(objects, objects.stat(store.location(labels.shard())).block())
              .block();
      objects.reset();
      try (LabelFile file = store.open(labels.shard()).block()) {
        assertThat(objects.reads()).as("the footer").isEqualTo(1);
        long opened = objects.bytes();
        assertThat(opened).isLessThanOrEqualTo(64 << 10);

        readView(labels, file, 1);

        assertThat(objects.reads()).as("and the 3 batches of view 1").isEqualTo(4);
        long batches = footer.blocks().subList(3, 6).stream().mapToLong(LabelBlock::length).sum();
        assertThat(objects.bytes() - opened).isEqualTo(batches);
        readView(labels, file, 1);
        assertThat(objects.reads()).isEqualTo(4);
      }
      try (SoftLabelStore later = store(objects, "epoch", labels, "first");
          LabelFile file = later.open(labels.shard()).block()) {
        readView(labels, file, 1);
        assertThat(objects.reads()).as("what was fetched is kept").isEqualTo(4);
        assertThat(file.verify()).isEmpty();
        assertThat(objects.reads()).as("the other batches and the head").isEqualTo(4 + 6 + 1);
      }
    }
  }

  private void readView(Labels labels, LabelFile file, int view) {
    float[] logits = new float[labels.set().classes()];
    List<Integer> wrong = new ArrayList<>();
    for (int ordinal : labels.ordinals()) {
      file.logits(ordinal, view, logits);
      if (!file.key(ordinal, view).equals(labels.key(ordinal))
          || file.viewSeed(ordinal, view) != labels.row(ordinal, view).viewSeed()) {
        wrong.add(ordinal);
      }
    }
    assertThat(wrong).isEmpty();
    assertThat(logits).isEqualTo(labels.expected(labels.samples() - 1, view, allocator));
  }

  @Test
  void concurrentReadersOfABatchFetchItOnce() throws Exception {
    Labels labels = Labels.of(new DenseF16(), 2, 100, 2000);
    ExecutorService pool = Executors.newFixedThreadPool(8);
    try (SoftLabelStore store = store(objects, "concurrent", labels, "first")) {
      write(store, labels);
      try (LabelFile one = store.open(labels.shard()).block();
          LabelFile other = store.open(labels.shard()).block()) {
        objects.reset();
        List<Future<Long>> seeds = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
          LabelFile file = i % 2 == 0 ? one : other;
          int ordinal = i * 100;
          seeds.add(pool.submit(() -> file.viewSeed(ordinal, 1)));
        }
        for (int i = 0; i < 8; i++) {
          assertThat(seeds.get(i).get(60, TimeUnit.SECONDS))
              .isEqualTo(labels.row(i * 100, 1).viewSeed());
        }
        assertThat(objects.reads()).isEqualTo(1);
      }
    } finally {
      pool.shutdownNow();
    }
  }

  @Test
  void aFileThatGrowsMeanwhileIsReadOn() {
    Labels all = Labels.of(new DenseF16(), 12, 10, 300).withSkipped(3);
    Labels few = all.withViews(2);
    try (SoftLabelStore store = store(objects, "grown", few, "first");
        SoftLabelStore grown = store(objects, "grown", all, "second")) {
      few.store(store, allocator);
      try (LabelFile file = store.open(all.shard()).block()) {
        readView(few, file, 0);
        all.extend(grown, allocator, Labels.CRC);

        readView(few, file, 1);

        assertThat(file.views()).isEqualTo(2);
      }
    }
  }

  @Test
  void aFileThatIsReplacedMeanwhileIsAnErrorThatNamesIt() {
    Labels labels = Labels.of(new DenseF16(), 2, 10, 300);
    try (SoftLabelStore store = store(objects, "replaced", labels, "first")) {
      labels.store(store, allocator);
      try (LabelFile file = store.open(labels.shard()).block()) {
        readView(labels, file, 0);
        new Labels(labels.set(), 2, labels.shard(), 300, labels.skipped(), 2)
            .store(store, allocator, 77);

        assertThatThrownBy(() -> file.viewSeed(5, 1))
            .isInstanceOf(LabelsChangedException.class)
            .hasMessageContainingAll(
                "s3://bucket/replaced/", "train-0000.tar.arrow", "its version was", "run the same");
        objects.delete(store.location(labels.shard())).block();
        assertThatThrownBy(() -> file.viewSeed(5, 1))
            .isInstanceOf(LabelsChangedException.class)
            .hasMessageContainingAll("train-0000.tar.arrow", "not there any more");
      }
    }
  }

  @Test
  void aFetchThatFailedIsTriedAgainWhenTheBatchIsNextAskedFor() {
    Labels labels = Labels.of(new TopK(2, List.of(4f)), 2, 10, 50);
    try (SoftLabelStore store = store(objects, "failed", labels, "first")) {
      labels.store(store, allocator);
      try (LabelFile file = store.open(labels.shard()).block()) {
        objects.failNext(1);
        assertThatThrownBy(() -> file.viewSeed(0, 0))
            .isInstanceOf(TaustreamException.class)
            .hasMessageContaining("the network is down");
        assertThat(file.viewSeed(0, 0)).isEqualTo(labels.row(0, 0).viewSeed());
      }
    }
  }

  @Test
  void aDamagedBatchIsNamedAndNotKept() {
    Labels labels = Labels.of(new DenseF16(), 2, 10, 50);
    MemoryObjectStore memory = new MemoryObjectStore();
    try (SoftLabelStore store = store(memory, "damaged", labels, "first")) {
      labels.store(store, allocator);
      ObjectUri uri = store.location(labels.shard());
      byte[] right = memory.get(uri);
      try (LabelFile file = store.open(labels.shard()).block()) {
        LabelFooter footer = LabelFolder.readFooter(memory, memory.stat(uri).block()).block();
        int at = (int) footer.blocks().get(1).end() - 90;
        right[at] ^= 1;
        assertThatThrownBy(() -> file.viewSeed(5, 1))
            .isInstanceOf(DamagedLabelFileException.class)
            .hasMessageContainingAll("train-0000.tar.arrow, batch 1", "CRC-32C");
        assertThat(file.verify())
            .singleElement()
            .satisfies(p -> assertThat(p.batch()).isEqualTo(1));
        right[at] ^= 1;
        assertThat(file.verify()).isEmpty();
      }
    }
  }
}
