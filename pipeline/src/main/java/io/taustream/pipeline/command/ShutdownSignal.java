package io.taustream.pipeline.command;

import io.taustream.pipeline.graph.StopRequest;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns SIGTERM and SIGINT into a {@link StopRequest}. The JVM answers either signal by running its
 * shutdown hooks and then exits with 143 or 130 by itself; the hook here holds that exit back until
 * the command has finished its step and written its checkpoint.
 */
final class ShutdownSignal implements StopRequest {
  private static final Logger LOG = LoggerFactory.getLogger(ShutdownSignal.class);

  private final CountDownLatch done = new CountDownLatch(1);
  private volatile boolean requested;
  private volatile int status = ExitStatus.FAILED;

  private ShutdownSignal() {}

  /** Installs the hook. */
  static ShutdownSignal install() {
    ShutdownSignal signal = new ShutdownSignal();
    Runtime.getRuntime().addShutdownHook(new Thread(signal::onShutdown, "shutdown"));
    return signal;
  }

  private void onShutdown() {
    // A normal end comes through here as well, after commandFinished().
    if (done.getCount() == 0) {
      return;
    }
    requested = true;
    LOG.info("Asked to stop: finishing the work in hand");
    try {
      done.await();
      if (status != ExitStatus.DONE) {
        // The JVM would exit with 143 or 130, which promise a checkpoint.
        Runtime.getRuntime().halt(status);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public boolean stopRequested() {
    return requested;
  }

  /** The command has returned: nothing holds the exit back any more. */
  void commandFinished(int exitStatus) {
    status = exitStatus;
    done.countDown();
  }
}
