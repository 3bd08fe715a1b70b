package io.taustream.pipeline.graph;

import io.taustream.ingest.batch.SkippedSamples;
import io.taustream.ingest.format.Dataset;
import io.taustream.ingest.format.Sample;
import io.taustream.ingest.order.EpochOrder;
import io.taustream.ingest.view.ViewSpec;
import io.taustream.storage.sample.Shard;
import io.taustream.student.train.TrainingBatch;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * The training batches of an epoch: a pure function of data, seed, epoch and start.
 *
 * <p>Shards in the epoch's order pass a gate, which in {@code run} labels those that have no labels
 * yet; then samples are shuffled, cut into batches, decoded, and joined with their soft labels. One
 * shard is asked for ahead of the one being read, so that the teacher works while the student does.
 */
final class EpochBatches {
  private final Dataset dataset;
  private final EpochOrder order;
  private final ViewSpec view;
  private final int batch;
  private final ImageFlow images;
  private final SkippedSamples skipped;
  private final UnaryOperator<Flux<Shard>> gate;
  private final Supplier<LabelJoin> join;
  private final StopRequest stop;

  /**
   * @param batch samples a batch
   * @param gate lets each shard through, in order, when its labels are there
   * @param join makes a join for one epoch, which closes it
   */
  EpochBatches(
      Dataset dataset,
      EpochOrder order,
      ViewSpec view,
      int batch,
      ImageFlow images,
      SkippedSamples skipped,
      UnaryOperator<Flux<Shard>> gate,
      Supplier<LabelJoin> join,
      StopRequest stop) {
    this.stop = stop;
    this.dataset = dataset;
    this.order = order;
    this.view = view;
    this.batch = batch;
    this.images = images;
    this.skipped = skipped;
    this.gate = gate;
    this.join = join;
  }

  /**
   * The batches of an epoch behind its first {@code start} samples. Cold. Batches belong to whoever
   * receives them. Fails with {@link StoppedException} where the process is asked to stop, also
   * while it skips.
   */
  Flux<TrainingBatch> of(int epoch, long start) {
    Flux<Shard> shards = Flux.fromIterable(order.shards(dataset.shards(), epoch));
    Flux<Sample> samples = gate.apply(shards).concatMap(shard -> dataset.read(shard).samples(), 1);
    Flux<Sample> rest =
        order.shuffle(samples, epoch).doOnNext(sample -> stop.throwIfRequested()).skip(start);
    List<Integer> views = List.of(epoch % view.count());
    return Flux.using(
        join::get,
        labels ->
            images
                .batches(rest, view, views, batch, labels.bytes(batch), start, skipped)
                .map(labels::join)
                .concatWith(Mono.fromRunnable(skipped::requireFew)),
        LabelJoin::close);
  }
}
