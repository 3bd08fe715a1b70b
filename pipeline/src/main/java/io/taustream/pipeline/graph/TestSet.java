package io.taustream.pipeline.graph;

import io.taustream.ingest.batch.ImageBatch;
import io.taustream.ingest.batch.SkippedSamples;
import io.taustream.ingest.format.Dataset;
import io.taustream.ingest.format.Sample;
import io.taustream.ingest.view.ViewSpec;
import io.taustream.storage.sample.SampleView;
import io.taustream.student.evaluate.Evaluation;
import io.taustream.student.evaluate.EvaluationMetrics;
import io.taustream.student.evaluate.StudentEvaluator;
import io.taustream.student.train.TrainingBatch;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
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

  /** Evaluates a student on all of it. Cold. */
  Mono<Evaluation> evaluate(StudentEvaluator evaluator) {
    return Mono.defer(() -> evaluator.evaluate(batches()));
  }

  /** Evaluates the stored logits themselves: how good the teacher is. Cold. */
  Mono<Evaluation> evaluateTeacher(int classes) {
    return Mono.defer(
        () -> {
          EvaluationMetrics metrics = new EvaluationMetrics(classes);
          return batches()
              .doOnNext(labelled -> add(labelled, metrics))
              .then(Mono.fromSupplier(metrics::evaluation));
        });
  }

  private static void add(TrainingBatch labelled, EvaluationMetrics metrics) {
    try (labelled) {
      metrics.add(
          labelled.labels().orElseThrow().logits(),
          labelled.rows().stream().mapToInt(SampleView::label).toArray(),
          Optional.empty());
    }
  }

  private Flux<TrainingBatch> batches() {
    Flux<Sample> samples =
        Flux.fromIterable(dataset.shards()).concatMap(shard -> dataset.read(shard).samples(), 1);
    return Flux.using(
            join::get,
            labels ->
                images
                    .batches(samples, view, List.of(0), batch, 0, skipped.get())
                    .map(labels::join),
            LabelJoin::close)
        .doOnDiscard(ImageBatch.class, ImageBatch::close)
        .doOnDiscard(TrainingBatch.class, TrainingBatch::close);
  }
}
