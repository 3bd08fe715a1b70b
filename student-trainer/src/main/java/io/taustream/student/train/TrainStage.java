package io.taustream.student.train;

import java.util.function.Consumer;
import java.util.function.LongFunction;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Scheduler;

/**
 * The end of the pipeline: batches become training steps. Demand, errors, cancellation and closing
 * of batches are {@link SerialStage}'s. To stop without losing a step, end the source: what has
 * been asked for is trained on, then the flux completes.
 */
public final class TrainStage {
  private final StudentTrainer trainer;
  private final SerialStage stage;

  /**
   * Works on a thread of the caller.
   *
   * @param scheduler of a single thread that may block; stays the caller's
   */
  public TrainStage(StudentTrainer trainer, Scheduler scheduler) {
    this.trainer = trainer;
    this.stage = new SerialStage(scheduler);
  }

  /**
   * Trains on every batch and emits one result each, on the training thread.
   *
   * @param time the time of a step, given how many samples of the epoch lie before its batch (those
   *     left out of the batch count as before it); a pure function, so that a resumed epoch goes on
   *     with the same rates and weights
   * @param afterStep is called on the training thread after every step, also where the flux was
   *     cancelled meanwhile: what it keeps is always in step with the student
   */
  public Flux<StepResult> apply(
      Flux<TrainingBatch> batches, LongFunction<StepTime> time, Consumer<StepResult> afterStep) {
    return stage.apply(
        batches,
        batch -> {
          long before = batch.images().through() - batch.size();
          StepResult result = trainer.step(batch, time.apply(before));
          afterStep.accept(result);
          return result;
        });
  }
}
