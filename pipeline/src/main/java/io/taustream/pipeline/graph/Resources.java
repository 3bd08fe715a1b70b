package io.taustream.pipeline.graph;

import io.taustream.ingest.batch.BatchPool;
import io.taustream.ingest.decode.ImageDecoder;
import io.taustream.pipeline.config.RunConfig;
import io.taustream.storage.object.ObjectStore;
import io.taustream.storage.object.ObjectStores;
import io.taustream.storage.object.ObjectUri;
import java.nio.file.Path;
import java.util.List;
import org.apache.arrow.memory.AllocationListener;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.memory.rounding.SegmentRoundingPolicy;

/**
 * What a process has once, however much it labels and trains: the object store, the root allocator
 * with the pool of batches, the threads and the meters of the stages.
 */
public final class Resources implements AutoCloseable {
  private static final long PAGE_BYTES = 4096;

  private final ObjectStore objects;
  // Rounded to pages: Arrow's own policy, powers of two, would waste up to half of the budget.
  private final BufferAllocator root =
      new RootAllocator(
          AllocationListener.NOOP, Long.MAX_VALUE, new SegmentRoundingPolicy(PAGE_BYTES));
  private final BatchPool pool;
  private final Workers workers;
  private final StageMeter decodeMeter;
  private final StageMeter teacherMeter;
  private final StageMeter studentMeter;
  private final ImageFlow images;
  private final Path scratch;

  /**
   * @param config whose storage, memory and threads sections count
   */
  public Resources(RunConfig config) {
    this.objects = ObjectStores.open(config.storage().s3Settings());
    this.pool = new BatchPool(root, config.memory().batches());
    this.workers = new Workers(config.threads().decode());
    this.decodeMeter = new StageMeter("decode", config.threads().decode());
    this.teacherMeter = new StageMeter("teacher", 1);
    this.studentMeter = new StageMeter("student", 1);
    this.images = new ImageFlow(new ImageDecoder(), pool, workers, decodeMeter);
    this.scratch = scratch(config.work().uri());
  }

  /** Beside the results; for results on S3, in the user's cache. */
  private static Path scratch(ObjectUri work) {
    if (work.isFile()) {
      return work.toPath().resolve(".scratch");
    }
    return Path.of(System.getProperty("user.home"), ".cache", "taustream", work.bucket())
        .resolve(work.path());
  }

  ObjectStore objects() {
    return objects;
  }

  BufferAllocator allocator() {
    return root;
  }

  BatchPool pool() {
    return pool;
  }

  Workers workers() {
    return workers;
  }

  ImageFlow images() {
    return images;
  }

  /** Half of the memory, for two flows at once. */
  ImageFlow halfOfImages() {
    return images.half();
  }

  StageMeter teacherMeter() {
    return teacherMeter;
  }

  StageMeter studentMeter() {
    return studentMeter;
  }

  /** The stages' meters in the order of the flow. */
  public List<StageMeter> meters() {
    return List.of(decodeMeter, teacherMeter, studentMeter);
  }

  /** What each stage has done until now. */
  List<StageMeter.Reading> readings() {
    return meters().stream().map(StageMeter::read).toList();
  }

  /** A local folder for files that may be lost. */
  Path scratch() {
    return scratch;
  }

  /**
   * Ends the threads, then frees the memory.
   *
   * @throws IllegalStateException if memory is still in use: a leak
   */
  @Override
  public void close() {
    try (root;
        pool;
        objects) {
      workers.close();
    }
  }
}
