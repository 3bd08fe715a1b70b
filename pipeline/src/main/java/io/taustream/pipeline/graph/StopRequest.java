package io.taustream.pipeline.graph;

/**
 * Whether the process has been asked to stop. Long work looks at it between steps, writes its
 * checkpoint and returns. Thread-safe.
 */
@FunctionalInterface
public interface StopRequest {
  boolean stopRequested();

  /** Ends a flow where the process has been asked to stop. */
  default void throwIfRequested() {
    if (stopRequested()) {
      throw new StoppedException();
    }
  }

  /** Work that nobody will ask to stop. */
  static StopRequest never() {
    return () -> false;
  }
}
