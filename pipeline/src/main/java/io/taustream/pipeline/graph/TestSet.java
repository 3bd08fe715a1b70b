package io.taustream.pipeline.graph;

import io.taustream.ingest.batch.SkippedSamples;
import io.taustream.ingest.format.Dataset;
import io.taustream.ingest.format.Sample;
import io.taustream.ingest.view.ViewSpec;
import io.taustream.storage.Sha256;
import io.taustream.storage.sample.Shard;
import io.taustream.student.evaluate.Evaluation;
import io.taustream.student.evaluate.StudentEvaluator;
import io.taustream.student.train.TrainingBatch;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The test data: images as they are, in the shards' own order, with the teacher's logits. */
final class TestSet {
  private final Dataset dataset;
  private final ViewSpec view;
  private final int batch;
  private final ImageFlow images;
  private final Supplier<SkippedSamples> skipped;
  private final Supplier<LabelJoin> join;

  /**
   * @param skipped a count for one pass
   * @param join makes a join for one pass, which closes it
   */
  TestSet(
      Dataset dataset,
      ViewSpec view,
      int batch,
      ImageFlow images,
      Supplier<SkippedSamples> skipped,
      Supplier<LabelJoin> join) {
    this.dataset = dataset;
    this.view = view;
    this.batch = batch;
    this.images = images;
    this.skipped = skipped;
    this.join = join;
  }

  /**
   * What tells it from another test set: a hash of where its shards lie, in order, and their sizes.
   */
  String identity() {
    return identity(dataset.shards());
  }

  static String identity(List<Shard> shards) {
    return Sha256.hex(
        shards.stream()
            .map(shard -> shard.uri() + " " + shard.size())
            .collect(Collectors.joining("\n")));
  }

  /** Evaluates a student on all of it. Cold. */
  Mono<Evaluation> evaluate(StudentEvaluator evaluator) {
    return Mono.defer(() -> evaluator.evaluate(batches()));
  }

  private Flux<TrainingBatch> batches() {
    Flux<Sample> samples =
        Flux.fromIterable(dataset.shards()).concatMap(shard -> dataset.read(shard).samples(), 1);
    return Flux.using(
        join::get,
        labels ->
            images
                .batches(samples, view, List.of(0), batch, labels.bytes(batch), 0, skipped.get())
                .map(labels::join),
        LabelJoin::close);
  }
}
