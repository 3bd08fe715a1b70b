package io.taustream.pipeline.graph;

import static org.assertj.core.api.Assertions.assertThat;

import io.taustream.ingest.batch.BatchPool;
import io.taustream.ingest.batch.ImageBatch;
import io.taustream.ingest.batch.SkippedSamples;
import io.taustream.ingest.decode.ImageDecoder;
import io.taustream.ingest.format.Dataset;
import io.taustream.ingest.format.DatasetSpec;
import io.taustream.ingest.view.ViewSpec;
import io.taustream.pipeline.config.TeacherConfig;
import io.taustream.storage.label.DenseF32;
import io.taustream.storage.label.LabelSet;
import io.taustream.storage.label.LabelStatus;
import io.taustream.storage.label.SoftLabelBatch;
import io.taustream.storage.label.SoftLabelStore;
import io.taustream.storage.object.ObjectStore;
import io.taustream.storage.object.ObjectStores;
import io.taustream.storage.object.ObjectUri;
import io.taustream.storage.sample.Shard;
import io.taustream.teacher.Teacher;
import io.taustream.teacher.TeacherIdentity;
import io.taustream.teacher.TeacherOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.Disposable;

/** When a labelling has ended, however it did, nothing of it is left at work or on disk. */
@Timeout(60)
class ShardLabellingTest {
  private static final int SAMPLES = 12;
  private static final int CLASSES = 10;
  private static final TeacherIdentity IDENTITY =
      new TeacherIdentity("fixed", "0123456789abcdef".repeat(4));
  private static final Progress.Task SILENT = Progress.silent().begin("labelling", SAMPLES);

  @TempDir Path folder;
  private RootAllocator root;
  private BufferAllocator labels;
  private BatchPool pool;
  private Workers workers;
  private ObjectStore objects;
  private Dataset dataset;
  private Shard shard;

  @BeforeEach
  void open() throws IOException {
    root = new RootAllocator();
    labels = root.newChildAllocator("labels", 0, Long.MAX_VALUE);
    pool = new BatchPool(root, 16 << 20);
    workers = new Workers(1);
    objects = ObjectStores.open(Optional.empty());
    byte[] records = new byte[SAMPLES * (1 + 32 * 32 * 3)];
    new Random(1).nextBytes(records);
    for (int i = 0; i < SAMPLES; i++) {
      records[i * (1 + 32 * 32 * 3)] = (byte) (i % CLASSES);
    }
    Files.write(folder.resolve("train.bin"), records);
    DatasetSpec spec = new DatasetSpec(Optional.of("cifar"), List.of("train.bin"), folder, CLASSES);
    dataset = Dataset.open(objects, spec).block();
    shard = dataset.shards().get(0);
  }

  @AfterEach
  void close() {
    workers.close();
    objects.close();
    pool.close();
    labels.close();
    root.close();
  }

  private static ViewSpec views(int count) {
    return new ViewSpec("pad-crop-flip", 32, 1, count);
  }

  private SoftLabelStore store(ViewSpec view) {
    LabelSet set =
        new LabelSet(
            IDENTITY.name(), IDENTITY.sha256(), view.id(), view.json(), CLASSES, new DenseF32());
    return SoftLabelStore.open(
        objects,
        ObjectUri.ofFile(folder.resolve("labels")),
        set,
        view.count(),
        folder.resolve("scratch"),
        labels,
        "1.0");
  }

  private ShardLabelling labelling(ViewSpec view, SoftLabelStore store, Runnable whenAsked) {
    MeteredTeacher teacher =
        new MeteredTeacher(new FixedTeacher(root, whenAsked), new StageMeter("teacher", 1));
    TeacherConfig config =
        new TeacherConfig(
            "fixed", "own", Optional.empty(), TeacherOptions.none(folder), 1, OptionalInt.of(4));
    return new ShardLabelling(
        dataset,
        view,
        teacher,
        store,
        new ImageFlow(new ImageDecoder(), pool, workers, new StageMeter("decode", 1)),
        new SkippedSamples(0, (sample, reason) -> {}),
        new ChosenBatch(config, teacher, root),
        workers,
        StopRequest.never());
  }

  private List<Path> scratchFiles() {
    try (Stream<Path> files = Files.walk(folder.resolve("scratch"))) {
      return files
          .filter(file -> Files.isRegularFile(file) && !file.toString().endsWith(".lock"))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void theWriterIsClosedBeforeTheEndIsTold() {
    AtomicLong used = new AtomicLong(-1);
    for (int count : new int[] {2, 3}) {
      try (SoftLabelStore store = store(views(count))) {
        labelling(views(count), store, () -> {})
            .label(shard, SILENT)
            .doOnNext(
                done -> {
                  assertThat(scratchFiles()).as("of %d views", count).isEmpty();
                  used.set(labels.getAllocatedMemory());
                })
            .block();

        assertThat(used).hasValue(0);
        assertThat(store.status(shard).block())
            .isInstanceOfSatisfying(
                LabelStatus.Complete.class, c -> assertThat(c.views()).isEqualTo(count));
      }
    }
  }

  @Test
  void cancelledWhileTheTeacherIsAtWorkItLeavesTheStoreAsItWas() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    try (SoftLabelStore store = store(views(2))) {
      Disposable flow =
          labelling(
                  views(2),
                  store,
                  () -> {
                    asked.countDown();
                    awaitUninterrupted(release);
                  })
              .label(shard, SILENT)
              .subscribe();
      assertThat(asked.await(30, TimeUnit.SECONDS)).isTrue();

      flow.dispose();

      assertThat(scratchFiles()).isEmpty();
      assertThat(labels.getAllocatedMemory()).isZero();
      release.countDown();
      workers.settle();
      assertThat(store.status(shard).block()).isEqualTo(new LabelStatus.Missing());
    }
  }

  /** As ONNX Runtime, which heeds no interrupt. */
  private static void awaitUninterrupted(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      awaitUninterrupted(latch);
    }
  }

  /** Gives each image its ordinal as every logit. */
  private record FixedTeacher(BufferAllocator allocator, Runnable whenAsked) implements Teacher {
    @Override
    public TeacherIdentity identity() {
      return IDENTITY;
    }

    @Override
    public int classes() {
      return CLASSES;
    }

    @Override
    public int imageSize() {
      return 32;
    }

    @Override
    public SoftLabelBatch label(ImageBatch images) {
      whenAsked.run();
      long bytes = (long) images.size() * CLASSES * Float.BYTES;
      SoftLabelBatch batch = new SoftLabelBatch(images.rows(), CLASSES, allocator.buffer(bytes));
      for (int i = 0; i < images.size() * CLASSES; i++) {
        batch.logits().put(i, images.rows().get(i / CLASSES).ordinal());
      }
      return batch;
    }

    @Override
    public String device() {
      return "cpu";
    }

    @Override
    public void close() {}
  }
}
