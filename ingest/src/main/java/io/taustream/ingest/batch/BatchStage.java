package io.taustream.ingest.batch;

import io.taustream.ingest.decode.ImageDecoder;
import io.taustream.ingest.decode.RgbImage;
import io.taustream.ingest.decode.UndecodableImageException;
import io.taustream.ingest.format.Sample;
import io.taustream.ingest.view.ViewPolicy;
import io.taustream.ingest.view.ViewSpec;
import java.util.ArrayList;
import java.util.List;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * From samples to batches of views: samples are taken in chunks, each image of a chunk is decoded
 * once, and every view that is asked for gives one batch.
 *
 * <ul>
 *   <li>Order: batches come in the order of the samples, of one chunk in the order of the views.
 *   <li>Demand: at most {@code parallelism} chunks are being decoded or wait, decoded, to be asked
 *       for; no more samples are requested than those chunks hold.
 *   <li>Ownership: a batch belongs to whoever receives it. Batches that nobody receives, after an
 *       error or a cancellation, are closed here.
 *   <li>Errors: a sample that cannot be decoded is left out and told to {@link SkippedSamples}, and
 *       a chunk without any image gives no batch. Once enough were seen to tell, too many of them
 *       end the flow, as do the errors of the source.
 *   <li>Cancellation: what is being decoded is finished and closed.
 * </ul>
 */
public final class BatchStage {
  private final Settings settings;
  private final ImageDecoder decoder;
  private final BatchPool pool;
  private final SkippedSamples skipped;
  private final Scheduler scheduler;
  private final DecodeListener listener;
  private final ViewPolicy policy;

  /**
   * What batches are made of.
   *
   * @param views the numbers of the views to make of each sample, at least one
   * @param batchSize samples a batch, at least 1
   * @param parallelism chunks decoded at once, at least 1
   * @param start how many samples of the whole flow lie before the first one: see {@link
   *     ImageBatch#through}
   */
  public record Settings(
      ViewSpec view, List<Integer> views, int batchSize, int parallelism, long start) {
    public Settings {
      views = List.copyOf(views);
      if (views.isEmpty() || batchSize < 1 || parallelism < 1 || start < 0) {
        throw new IllegalArgumentException(
            "no views, or batch size %d, parallelism %d or start %d below the least"
                .formatted(batchSize, parallelism, start));
      }
    }
  }

  /**
   * @param scheduler that may block; decoding happens there
   */
  public BatchStage(
      Settings settings,
      ImageDecoder decoder,
      BatchPool pool,
      SkippedSamples skipped,
      Scheduler scheduler,
      DecodeListener listener) {
    this.settings = settings;
    this.decoder = decoder;
    this.pool = pool;
    this.skipped = skipped;
    this.scheduler = scheduler;
    this.listener = listener;
    this.policy = settings.view().rendering();
  }

  /** The batches of the samples. Cold. */
  public Flux<ImageBatch> batches(Flux<Sample> samples) {
    return Flux.using(
        Undelivered::new,
        undelivered ->
            samples
                .buffer(settings.batchSize())
                .index()
                .flatMapSequential(
                    chunk -> decoded(chunk.getT2(), chunk.getT1(), undelivered),
                    settings.parallelism(),
                    1)
                .<ImageBatch>handle(undelivered::deliver),
        Undelivered::end);
  }

  private Flux<Undelivered.Wrapped> decoded(
      List<Sample> samples, long number, Undelivered undelivered) {
    return Mono.fromCallable(() -> decode(samples, number, undelivered))
        .subscribeOn(scheduler)
        .flatMapIterable(batches -> batches);
  }

  private List<Undelivered.Wrapped> decode(
      List<Sample> samples, long number, Undelivered undelivered) {
    long begun = System.nanoTime();
    List<Canvas> canvases = new ArrayList<>(settings.views().size());
    int images = 0;
    try {
      for (int view : settings.views()) {
        canvases.add(new Canvas(settings.view(), view, samples.size(), pool));
      }
      // One decoded image at a time: a chunk of large photographs would not fit into the heap.
      for (Sample sample : samples) {
        try {
          RgbImage image = policy.prepare(decoder.decode(sample.payload()), settings.view().size());
          canvases.forEach(canvas -> canvas.draw(policy, image, sample));
          images++;
        } catch (UndecodableImageException e) {
          skipped.skip(sample, e.getMessage());
        }
      }
      skipped.seen(samples.size());
      skipped.requireFewSoFar();
    } catch (RuntimeException e) {
      canvases.forEach(Canvas::release);
      throw e;
    }
    listener.decoded(images, System.nanoTime() - begun);
    if (images == 0) {
      canvases.forEach(Canvas::release);
      return List.of();
    }
    long through = settings.start() + number * settings.batchSize() + samples.size();
    return undelivered.add(canvases.stream().map(canvas -> canvas.batch(through)).toList());
  }
}
