package io.taustream.pipeline.graph;

import io.taustream.ingest.batch.BatchPool;
import io.taustream.ingest.batch.BatchStage;
import io.taustream.ingest.batch.ImageBatch;
import io.taustream.ingest.batch.SkippedSamples;
import io.taustream.ingest.decode.ImageDecoder;
import io.taustream.ingest.format.Sample;
import io.taustream.ingest.view.ViewSpec;
import java.util.List;
import java.util.stream.IntStream;
import reactor.core.publisher.Flux;

/**
 * Decoding with the process's threads, memory and meter. How many chunks are in flight follows from
 * the budget: beside those being decoded, one batch is in the next stage's hands and one waits for
 * it.
 */
public final class ImageFlow {
  private static final int DOWNSTREAM_BATCHES = 2;

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
    long bytes = (long) batch * view.size() * view.size() * ImageBatch.CHANNELS;
    long chunks = pool.budget() / bytes / views.size() - DOWNSTREAM_BATCHES;
    int parallelism = (int) Math.max(1, Math.min(chunks, workers.decodeThreads() + 1L));
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
   * The largest batch up to {@code batch} of which all views of the chunks in flight fit into the
   * budget; at least 1.
   */
  int fitting(int batch, ViewSpec view) {
    long image = (long) view.size() * view.size() * ImageBatch.CHANNELS * view.count();
    long chunks = workers.decodeThreads() + 1L + DOWNSTREAM_BATCHES;
    return (int) Math.max(1, Math.min(batch, pool.budget() / 2 / image / chunks));
  }

  /** 0, 1, …: all views. */
  static List<Integer> all(ViewSpec view) {
    return IntStream.range(0, view.count()).boxed().toList();
  }
}
