package io.taustream.pipeline.graph;

import io.taustream.ingest.batch.BatchPool;
import io.taustream.ingest.batch.BatchStage;
import io.taustream.ingest.batch.ImageBatch;
import io.taustream.ingest.batch.SkippedSamples;
import io.taustream.ingest.decode.ImageDecoder;
import io.taustream.ingest.format.Sample;
import io.taustream.ingest.view.ViewSpec;
import io.taustream.storage.TaustreamException;
import java.util.ArrayList;
import java.util.List;
import reactor.core.publisher.Flux;

/**
 * Decoding with the process's threads, memory and meter. How many chunks are in flight follows from
 * the budget: beside those being decoded, one is in the next stage's hands and one waits for it.
 */
final class ImageFlow {
  private static final int DOWNSTREAM_CHUNKS = 2;
  private static final long LARGEST_CHUNK = 32L << 20;

  private final ImageDecoder decoder;
  private final BatchPool pool;
  private final Workers workers;
  private final StageMeter meter;
  private final int flows;

  ImageFlow(ImageDecoder decoder, BatchPool pool, Workers workers, StageMeter meter) {
    this(decoder, pool, workers, meter, 1);
  }

  private ImageFlow(
      ImageDecoder decoder, BatchPool pool, Workers workers, StageMeter meter, int flows) {
    this.flows = flows;
    this.decoder = decoder;
    this.pool = pool;
    this.workers = workers;
    this.meter = meter;
  }

  /** The same with half of the memory: labelling and training go on at once in {@code run}. */
  ImageFlow half() {
    return new ImageFlow(decoder, pool, workers, meter, 2 * flows);
  }

  /**
   * The batches of some samples.
   *
   * @param views the views to make of each sample
   * @param batch samples a batch, at most
   * @param labelBytes of the soft labels that will travel with a batch
   * @param start how many samples of the whole flow lie before the first
   */
  Flux<ImageBatch> batches(
      Flux<Sample> samples,
      ViewSpec view,
      List<Integer> views,
      int batch,
      long labelBytes,
      long start,
      SkippedSamples skipped) {
    long bytes = batch * imageBytes(view);
    long chunks = pool.capacity(bytes + labelBytes) / flows / views.size() - DOWNSTREAM_CHUNKS;
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
                  (bytes + labelBytes) * flows * views.size() * (1 + DOWNSTREAM_CHUNKS)));
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
   * The largest batch up to {@code batch} that is no larger than a chunk may be; at least 1. It
   * depends on the teacher's batch and the size of views alone, not on memory or threads, nor on
   * how many views there are: the last bits of a teacher's logits may differ between batch sizes,
   * and views that are added later must be those that would have been made at once.
   */
  static int labelBatch(int batch, ViewSpec view) {
    return (int) Math.max(1, Math.min(batch, LARGEST_CHUNK / imageBytes(view)));
  }

  /**
   * Divides views into as few groups, as even as can be, as memory allows to be made of a sample at
   * once: each group costs a reading and decoding of its own.
   *
   * @param views at least one
   * @param batch samples a batch
   */
  List<List<Integer>> passes(ViewSpec view, List<Integer> views, int batch) {
    long fit = pool.capacity(batch * imageBytes(view)) / flows / (1 + DOWNSTREAM_CHUNKS);
    int most = (int) Math.max(1, Math.min(fit, views.size()));
    int count = (views.size() + most - 1) / most;
    List<List<Integer>> groups = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      groups.add(
          List.copyOf(views.subList(i * views.size() / count, (i + 1) * views.size() / count)));
    }
    return groups;
  }

  private static long imageBytes(ViewSpec view) {
    return (long) view.size() * view.size() * ImageBatch.CHANNELS;
  }
}
