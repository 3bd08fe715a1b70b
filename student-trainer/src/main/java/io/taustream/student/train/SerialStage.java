package io.taustream.student.train;

import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * Blocking work on batches, one after another, in their order, on one thread.
 *
 * <p>Demand: one batch is asked for ahead of the one being worked on. Every batch is closed exactly
 * once: after its work, whether that succeeds or fails; when the flux is cancelled or fails before
 * its work has begun; when an operator before discards it. Work that has begun is not cut off by a
 * cancellation: it ends, its result is dropped and its batch closed then, since native code reads
 * the batch's memory.
 */
public final class SerialStage {
  private final Scheduler scheduler;

  /**
   * Works on a thread of the caller.
   *
   * @param scheduler of a single thread that may block; stays the caller's
   */
  public SerialStage(Scheduler scheduler) {
    this.scheduler = scheduler;
  }

  /**
   * Applies {@code work} to every batch; the results keep the batches' order.
   *
   * @param work borrows the batch and returns a value; an exception ends the flux
   */
  public <R> Flux<R> apply(Flux<TrainingBatch> batches, Function<TrainingBatch, R> work) {
    return batches
        .concatMap(batch -> one(batch, work), 1)
        .doOnDiscard(TrainingBatch.class, TrainingBatch::close);
  }

  private <R> Mono<R> one(TrainingBatch batch, Function<TrainingBatch, R> work) {
    AtomicBoolean taken = new AtomicBoolean();
    Callable<R> task =
        () -> {
          if (!taken.compareAndSet(false, true)) {
            return null;
          }
          try (batch) {
            return work.apply(batch);
          }
        };
    return Mono.fromCallable(task)
        .subscribeOn(scheduler)
        .doFinally(
            signal -> {
              if (taken.compareAndSet(false, true)) {
                batch.close();
              }
            });
  }
}
