package io.taustream.pipeline.graph;

import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * The threads of the graph, divided on purpose: some that decode, one that calls the teacher, one
 * that trains the student. ONNX Runtime and libtorch have threads of their own below theirs. All of
 * them may block. What they queue is bounded by the demand of the stages, not here.
 */
public final class Workers implements AutoCloseable {
  private static final int UNBOUNDED_QUEUE = Integer.MAX_VALUE;

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

  @Override
  public void close() {
    student.dispose();
    teacher.dispose();
    decode.dispose();
  }
}
