package io.taustream.pipeline.graph;

import io.taustream.ingest.batch.BatchPool;
import io.taustream.ingest.batch.BatchStage;
import io.taustream.ingest.batch.ImageBatch;
import io.taustream.ingest.batch.SkippedSamples;
import io.taustream.ingest.decode.ImageDecoder;
import io.taustream.ingest.format.Sample;
import io.taustream.ingest.view.ViewSpec;
import io.taustream.storage.TaustreamException;
import java.util.List;
import java.util.stream.IntStream;
import reactor.core.publisher.Flux;

/**
 * Decoding with the process's threads, memory and meter. How many chunks are in flight follows from
 * the budget: beside those being decoded, one is in the next stage's hands and one waits for it.
 */
public final class ImageFlow {
  private static final int DOWNSTREAM_CHUNKS = 2;
  private static final long LARGEST_CHUNK = 32L << 20;

  private final ImageDecoder decoder;
  private final BatchPool pool;
  private final Workers workers;
  private final StageMeter meter;

  public ImageFlow(ImageDecoder decoder, BatchPool pool, Workers workers, StageMeter meter) {
    this.decoder = decoder;
    this.pool = pool;
    this.workers = workers;
    this.meter = meter;
  }

  /** The memory of the batches. */
  public BatchPool pool() {
    return pool;
  }

  /**
   * The batches of some samples.
   *
   * @param views the views to make of each sample
   * @param batch samples a batch, at most
   * @param start how many samples of the whole flow lie before the first
   */
  Flux<ImageBatch> batches(
      Flux<Sample> samples,
      ViewSpec view,
      List<Integer> views,
      int batch,
      long start,
      SkippedSamples skipped) {
    long bytes = batch * imageBytes(view);
    long chunks = pool.capacity(bytes) / views.size() - DOWNSTREAM_CHUNKS;
    if (chunks < 1) {
      throw new TaustreamException(
          ("memory.batches is %,d bytes; batches of %d images of %d x %d in %d views need at least"
                  + " %,d: raise it, or lower the batch or view.count")
              .formatted(
                  pool.budget(),
                  batch,
                  view.size(),
                  view.size(),
                  views.size(),
                  bytes * views.size() * (1 + DOWNSTREAM_CHUNKS)));
    }
    int parallelism = (int) Math.min(chunks, workers.decodeThreads() + 1L);
    return new BatchStage(
            new BatchStage.Settings(view, views, batch, parallelism, start),
            decoder,
            pool,
            skipped,
            workers.decode(),
            meter::add)
        .batches(samples);
  }

  /**
   * The largest batch up to {@code batch} whose views together are no larger than a chunk may be;
   * at least 1. It depends on the view alone: the last bits of a teacher's logits may differ
   * between batch sizes, and labels must be the same on every machine.
   */
  static int labelBatch(int batch, ViewSpec view) {
    return (int) Math.max(1, Math.min(batch, LARGEST_CHUNK / (imageBytes(view) * view.count())));
  }

  private static long imageBytes(ViewSpec view) {
    return (long) view.size() * view.size() * ImageBatch.CHANNELS;
  }

  /** 0, 1, …: all views. */
  static List<Integer> all(ViewSpec view) {
    return IntStream.range(0, view.count()).boxed().toList();
  }
}
