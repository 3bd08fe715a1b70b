package io.taustream.student.evaluate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.taustream.storage.sample.SampleView;
import io.taustream.student.model.Autograd;
import io.taustream.student.model.Student;
import io.taustream.student.train.BatchTensors;
import io.taustream.student.train.SerialStage;
import io.taustream.student.train.TorchThreads;
import io.taustream.student.train.TrainingBatch;
import java.nio.FloatBuffer;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * Measures a student, which it borrows: running statistics in use and unchanged, no gradients.
 * Where batches carry soft labels, agreement and rank correlation with the teacher are measured
 * too.
 */
public final class StudentEvaluator {
  private final Student student;
  private final TorchThreads threads;
  private final SerialStage stage;

  /**
   * Evaluates on a thread of the caller.
   *
   * @param scheduler of the single thread that uses the student; stays the caller's
   */
  public StudentEvaluator(Student student, TorchThreads threads, Scheduler scheduler) {
    this.student = student;
    this.threads = threads;
    this.stage = new SerialStage(scheduler);
  }

  /**
   * The metrics over all batches. Demand, errors, cancellation and the closing of batches are
   * {@link SerialStage}'s.
   */
  public Mono<Evaluation> evaluate(Flux<TrainingBatch> batches) {
    return Mono.defer(
        () -> {
          EvaluationMetrics metrics = new EvaluationMetrics(student.classes());
          return stage
              .apply(batches, batch -> add(batch, metrics))
              .then(Mono.fromSupplier(metrics::evaluation));
        });
  }

  private EvaluationMetrics add(TrainingBatch batch, EvaluationMetrics metrics) {
    threads.apply();
    return Autograd.pause(
        () -> {
          try (NDManager manager = student.manager().newSubManager()) {
            BatchTensors tensors = BatchTensors.over(batch, student.classes(), manager);
            NDArray logits = student.logits(tensors.images(), false);
            metrics.add(
                FloatBuffer.wrap(logits.toFloatArray()),
                batch.rows().stream().mapToInt(SampleView::label).toArray(),
                batch.labels().map(TeacherReference::of));
            return metrics;
          }
        });
  }
}
