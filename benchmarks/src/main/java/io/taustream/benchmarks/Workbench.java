package io.taustream.benchmarks;

import io.taustream.ingest.batch.BatchPool;
import io.taustream.ingest.batch.BatchStage;
import io.taustream.ingest.batch.ImageBatch;
import io.taustream.ingest.batch.SkippedSamples;
import io.taustream.ingest.decode.ImageDecoder;
import io.taustream.ingest.format.Dataset;
import io.taustream.ingest.format.DatasetSpec;
import io.taustream.ingest.format.Sample;
import io.taustream.ingest.view.ViewSpec;
import io.taustream.pipeline.config.ThreadsConfig;
import io.taustream.pipeline.graph.Workers;
import io.taustream.storage.label.DenseF16;
import io.taustream.storage.label.LabelCompression;
import io.taustream.storage.label.LabelEncoding;
import io.taustream.storage.label.LabelSet;
import io.taustream.storage.label.SoftLabelStore;
import io.taustream.storage.object.ObjectStore;
import io.taustream.storage.object.ObjectStores;
import io.taustream.storage.object.ObjectUri;
import io.taustream.storage.sample.Shard;
import io.taustream.teacher.TeacherIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.arrow.memory.RootAllocator;
import reactor.core.publisher.Flux;

/**
 * What a Taustream process has, in the sizes that the pipeline gives it: CIFAR-10's first training
 * shard as data, memory, threads, and a folder for labels that goes away with it.
 */
final class Workbench implements AutoCloseable {
  static final int CLASSES = 10;
  static final int IMAGE_SIZE = 32;

  /** One augmented view of each image: the least work for a teacher that a decoded image can be. */
  static final ViewSpec VIEW = new ViewSpec("pad-crop-flip", IMAGE_SIZE, 7, 1);

  private static final String SHARD = "data/cifar10/cifar10-train-0000.tar";
  private static final long BUDGET = 256L << 20;

  private final ObjectStore objects = ObjectStores.open(Optional.empty());
  private final RootAllocator root = new RootAllocator();
  private final BatchPool pool = new BatchPool(root, BUDGET);
  private final ThreadsConfig threads =
      ThreadsConfig.of(Runtime.getRuntime().availableProcessors());
  private final Workers workers = new Workers(threads.decode());
  private final ImageDecoder decoder = new ImageDecoder();
  private final Dataset dataset;
  private final Path folder;

  Workbench(Path shared) throws IOException {
    Path shard = shared.toAbsolutePath().normalize().resolve(SHARD);
    DatasetSpec spec =
        new DatasetSpec(Optional.empty(), List.of(shard.toString()), shard.getParent(), CLASSES);
    this.dataset = Dataset.open(objects, spec).block();
    this.folder = Files.createTempDirectory("taustream-benchmark");
  }

  ObjectStore objects() {
    return objects;
  }

  BatchPool pool() {
    return pool;
  }

  Workers workers() {
    return workers;
  }

  ImageDecoder decoder() {
    return decoder;
  }

  Shard shard() {
    return dataset.shards().get(0);
  }

  /** The shard's samples, read anew; at most so many. */
  Flux<Sample> samples(int most) {
    return dataset.read(shard()).samples().take(most);
  }

  /** Batches of {@link #VIEW} as the pipeline makes them. */
  Flux<ImageBatch> batches(Flux<Sample> samples, int batch) {
    int parallelism = workers.decodeThreads() + 1;
    return new BatchStage(
            new BatchStage.Settings(VIEW, List.of(0), batch, parallelism, 0),
            decoder,
            pool,
            new SkippedSamples(0, (sample, reason) -> {}),
            workers.decode(),
            (images, nanos) -> {})
        .batches(samples);
  }

  /** An empty store for a teacher's labels of {@link #VIEW}. */
  SoftLabelStore labels(TeacherIdentity teacher) {
    return labels("labels", teacher, CLASSES, new DenseF16(), LabelCompression.NONE);
  }

  /** An empty store of its own for a teacher's labels in this form. */
  SoftLabelStore labels(LabelEncoding encoding, TeacherRows rows, LabelCompression compression) {
    String name = encoding.text() + encoding.parameters().values() + compression.text();
    return labels(name, rows.teacher(), rows.classes(), encoding, compression);
  }

  private SoftLabelStore labels(
      String name,
      TeacherIdentity teacher,
      int classes,
      LabelEncoding encoding,
      LabelCompression compression) {
    LabelSet set =
        new LabelSet(teacher.name(), teacher.sha256(), VIEW.id(), VIEW.json(), classes, encoding);
    return SoftLabelStore.open(
        objects,
        ObjectUri.ofFile(folder.resolve(name)),
        set,
        VIEW.count(),
        folder.resolve("scratch"),
        root,
        "benchmark",
        compression);
  }

  @Override
  public void close() throws IOException {
    workers.close();
    objects.close();
    pool.close();
    root.close();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
