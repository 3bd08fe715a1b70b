package io.taustream.benchmarks;

import io.taustream.ingest.batch.ImageBatch;
import io.taustream.ingest.order.EpochOrder;
import io.taustream.storage.label.LabelFile;
import io.taustream.storage.label.SoftLabelBatch;
import io.taustream.storage.label.SoftLabelStore;
import io.taustream.storage.sample.SampleView;
import io.taustream.student.train.StepResult;
import io.taustream.student.train.StepTime;
import io.taustream.student.train.StudentTrainer;
import io.taustream.student.train.TrainStage;
import io.taustream.student.train.TrainingBatch;
import java.nio.FloatBuffer;
import java.util.Optional;
import java.util.concurrent.atomic.DoubleAdder;
import org.apache.arrow.memory.ArrowBuf;
import reactor.core.publisher.Flux;

/**
 * A training epoch over one shard as the pipeline runs it: read, shuffle, decode, augment, join
 * with the stored labels, train.
 */
final class TrainingFlow implements Contender {
  private static final EpochOrder ORDER = new EpochOrder(7, 4096);

  private final Workbench bench;
  private final SoftLabelStore store;
  private final StudentTrainer trainer;
  private final int batch;
  private final DoubleAdder stepSeconds = new DoubleAdder();
  private int epoch;

  TrainingFlow(Workbench bench, SoftLabelStore store, StudentTrainer trainer, int batch) {
    this.bench = bench;
    this.store = store;
    this.trainer = trainer;
    this.batch = batch;
  }

  @Override
  public double round() {
    new TrainStage(trainer, bench.workers().student())
        .apply(batches(epoch++), samples -> new StepTime(0, Recipe.LEARNING_RATE), this::count)
        .blockLast();
    return stepSeconds.sumThenReset();
  }

  private void count(StepResult step) {
    stepSeconds.add(step.seconds());
  }

  /** The batches of an epoch; they belong to whoever receives them. Cold. */
  Flux<TrainingBatch> batches(int number) {
    return Flux.using(
            () -> store.open(bench.shard()).block(),
            labels ->
                bench
                    .batches(ORDER.shuffle(bench.samples(Integer.MAX_VALUE), number), batch)
                    .map(images -> join(images, labels)),
            LabelFile::close)
        .doOnDiscard(ImageBatch.class, ImageBatch::close)
        .doOnDiscard(TrainingBatch.class, TrainingBatch::close);
  }

  /** As the pipeline joins: the same checks, the same copy out of the mapped file. */
  private TrainingBatch join(ImageBatch images, LabelFile file) {
    int classes = Workbench.CLASSES;
    ArrowBuf memory = bench.pool().allocator().buffer((long) images.size() * classes * Float.BYTES);
    SoftLabelBatch labels = new SoftLabelBatch(images.rows(), classes, memory);
    FloatBuffer logits = labels.logits();
    for (SampleView view : images.rows()) {
      if (!file.has(view.ordinal())
          || !file.key(view.ordinal()).equals(view.key())
          || file.viewSeed(view.ordinal(), view.view()) != view.viewSeed()) {
        throw new IllegalStateException("no label of " + view);
      }
      file.logits(view.ordinal(), view.view(), logits);
    }
    return new TrainingBatch(images, Optional.of(labels));
  }
}
