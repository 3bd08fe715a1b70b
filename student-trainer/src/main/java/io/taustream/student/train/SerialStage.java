package io.taustream.student.train;

import java.util.function.Function;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * Blocking work on batches, one after another, in their order, on one thread.
 *
 * <p>Demand: one batch is asked for ahead of the one being worked on. Every batch is closed exactly
 * once: after its work, whether that succeeds or fails; or when the flux is cancelled or fails
 * before its work has begun. Work that has begun is neither cut off nor interrupted by a
 * cancellation: it ends, its result is dropped and its batch closed then, since native code reads
 * the batch's memory. A task that is scheduled behind it runs after it.
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
    return Flux.using(
        Waiting::new,
        waiting -> batches.map(waiting::add).concatMap(ticket -> one(ticket, waiting, work), 1),
        Waiting::end);
  }

  private <R> Mono<R> one(Waiting.Ticket ticket, Waiting waiting, Function<TrainingBatch, R> work) {
    // Not subscribeOn: its cancellation would interrupt the thread in the middle of a step.
    return Mono.create(
        sink ->
            scheduler.schedule(
                () -> {
                  if (!waiting.take(ticket)) {
                    return;
                  }
                  R result;
                  try (TrainingBatch batch = ticket.batch()) {
                    result = work.apply(batch);
                  } catch (RuntimeException | Error e) {
                    sink.error(e);
                    return;
                  }
                  sink.success(result);
                }));
  }
}
