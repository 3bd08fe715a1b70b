package io.taustream.student.ranking;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/**
 * How many threads the rows of a batch are divided among. The threads live as long as a call: they
 * are started and joined within it, so that there is nothing to close and none is left behind; it
 * costs about 0.1 ms, and no thread is started for work that takes less than that. Results do not
 * depend on the count: each row is computed by one thread and nothing is added up across rows.
 *
 * @param count at least 1, the calling thread among them
 */
public record RowThreads(int count) {
  /** Below so many pair evaluations a second thread costs more than it saves. */
  private static final long WORTH_A_THREAD = 500_000;

  public RowThreads {
    if (count < 1) {
      throw new IllegalArgumentException(count + " threads; at least 1 is needed");
    }
  }

  /** What one thread does to the rows that fall to it. */
  interface RowWork {
    void row(int row);
  }

  /**
   * Works through rows 0 … rows − 1, and returns when all are done.
   *
   * @param operations pair evaluations, or what takes as long, of all rows together
   * @param work makes what a thread works with, once for each thread
   * @throws RuntimeException or Error, the first that a row threw; rows not begun by then are left
   *     out
   */
  void forEach(int rows, long operations, Supplier<RowWork> work) {
    int threads = (int) Math.min(Math.min(count, rows), 1 + operations / WORTH_A_THREAD);
    AtomicInteger next = new AtomicInteger();
    AtomicReference<Throwable> failure = new AtomicReference<>();
    Runnable share =
        () -> {
          try {
            RowWork mine = work.get();
            for (int row = next.getAndIncrement();
                row < rows && failure.get() == null;
                row = next.getAndIncrement()) {
              mine.row(row);
            }
          } catch (RuntimeException | Error e) {
            failure.compareAndSet(null, e);
          }
        };
    List<Thread> others = new ArrayList<>();
    for (int i = 1; i < threads; i++) {
      Thread thread = new Thread(share, "ranking-" + i);
      thread.setDaemon(true);
      thread.start();
      others.add(thread);
    }
    share.run();
    others.forEach(RowThreads::join);
    if (failure.get() instanceof RuntimeException e) {
      throw e;
    } else if (failure.get() instanceof Error e) {
      throw e;
    }
  }

  /** Waits even where the caller is interrupted: the rows write into arrays that it will read. */
  private static void join(Thread thread) {
    boolean interrupted = false;
    while (true) {
      try {
        thread.join();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
