package io.taustream.pipeline.graph;

import java.time.Duration;
import java.util.List;
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
   * Returns when what was under way is done. A cancelled flow waits for nobody: native code may
   * still read what its owner is about to free.
   */
  void settle() {
    // Each has one thread, so this runs behind whatever was left.
    for (Scheduler serial : List.of(student, teacher)) {
      Mono.fromRunnable(() -> {}).subscribeOn(serial).block();
    }
  }

  /** Ends the threads, when they are done with what they have in hand. */
  @Override
  public void close() {
    Mono.when(student.disposeGracefully(), teacher.disposeGracefully(), decode.disposeGracefully())
        .block(PATIENCE);
  }
}
