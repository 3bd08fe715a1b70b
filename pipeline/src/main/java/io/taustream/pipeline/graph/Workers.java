package io.taustream.pipeline.graph;

import java.time.Duration;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * The threads of the graph, divided on purpose: some that decode, one that calls the teacher, one
 * that trains the student. ONNX Runtime and libtorch have threads of their own below theirs. All of
 * them may block. What they queue is bounded by the demand of the stages, not here.
 */
public final class Workers implements AutoCloseable {
  private static final int UNBOUNDED_QUEUE = Integer.MAX_VALUE;

  /** Longer than any batch takes; work that has not ended by then never will. */
  private static final Duration PATIENCE = Duration.ofMinutes(10);

  private final int decodeThreads;
  private final Scheduler decode;
  private final Scheduler teacher;
  private final Scheduler student;

  /**
   * @param decodeThreads threads that decode, at least 1
   */
  public Workers(int decodeThreads) {
    this.decodeThreads = decodeThreads;
    this.decode = Schedulers.newBoundedElastic(decodeThreads, UNBOUNDED_QUEUE, "decode");
    this.teacher = Schedulers.newBoundedElastic(1, UNBOUNDED_QUEUE, "teacher");
    this.student = Schedulers.newBoundedElastic(1, UNBOUNDED_QUEUE, "student");
  }

  public int decodeThreads() {
    return decodeThreads;
  }

  public Scheduler decode() {
    return decode;
  }

  public Scheduler teacher() {
    return teacher;
  }

  public Scheduler student() {
    return student;
  }

  /**
   * Returns when teacher and student have ended what a flow that failed or was cancelled has left
   * under way: what they use can be closed then.
   */
  void settle() {
    Flux.just(teacher, student)
        .flatMap(one -> Mono.fromRunnable(() -> {}).subscribeOn(one))
        .blockLast();
  }

  /** Ends the threads, each after the work that it has begun: that work still uses memory. */
  @Override
  public void close() {
    Flux.just(student, teacher, decode).flatMap(Scheduler::disposeGracefully).blockLast(PATIENCE);
  }
}
