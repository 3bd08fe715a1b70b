package io.taustream.ingest.batch;

import io.taustream.ingest.decode.ImageDecoder;
import io.taustream.ingest.decode.RgbImage;
import io.taustream.ingest.decode.UndecodableImageException;
import io.taustream.ingest.format.Sample;
import io.taustream.ingest.view.ViewPolicy;
import io.taustream.ingest.view.ViewSpec;
import io.taustream.storage.sample.SampleView;
import java.nio.ByteBuffer;
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
 *       a chunk without any image gives no batch. Too many of them end the flow, as do the errors
 *       of the source.
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
                .<ImageBatch>handle(undelivered::deliver)
                .concatWith(Mono.fromRunnable(skipped::requireFew)),
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
    List<Sample> whole = new ArrayList<>(samples.size());
    List<RgbImage> images = new ArrayList<>(samples.size());
    for (Sample sample : samples) {
      try {
        images.add(policy.prepare(decoder.decode(sample.payload()), settings.view().size()));
        whole.add(sample);
      } catch (UndecodableImageException e) {
        skipped.skip(sample, e.getMessage());
      }
    }
    skipped.seen(samples.size());
    skipped.requireFewSoFar();
    long through = settings.start() + number * settings.batchSize() + samples.size();
    List<ImageBatch> batches = new ArrayList<>(settings.views().size());
    if (!whole.isEmpty()) {
      try {
        for (int view : settings.views()) {
          batches.add(render(whole, images, view, through));
        }
      } catch (RuntimeException e) {
        batches.forEach(ImageBatch::close);
        throw e;
      }
    }
    listener.decoded(images.size(), System.nanoTime() - begun);
    return undelivered.add(batches);
  }

  private ImageBatch render(List<Sample> samples, List<RgbImage> images, int view, long through) {
    ViewSpec spec = settings.view();
    int size = spec.size();
    int imageBytes = size * size * ImageBatch.CHANNELS;
    Lease lease = pool.lend((long) samples.size() * imageBytes);
    try {
      List<SampleView> rows = new ArrayList<>(samples.size());
      ByteBuffer pixels = lease.memory().nioBuffer(0, samples.size() * imageBytes);
      for (int i = 0; i < samples.size(); i++) {
        Sample sample = samples.get(i);
        long seed = spec.viewSeed(sample.key(), view);
        policy.render(images.get(i), size, seed, pixels, i * imageBytes);
        rows.add(
            new SampleView(
                sample.shard().name(), sample.ordinal(), sample.key(), sample.label(), view, seed));
      }
      return new ImageBatch(rows, size, through, lease);
    } catch (RuntimeException e) {
      lease.release();
      throw e;
    }
  }
}
