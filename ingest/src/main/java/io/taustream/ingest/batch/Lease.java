package io.taustream.ingest.batch;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.apache.arrow.memory.ArrowBuf;

/**
 * A counted loan of memory: what is to become of it is decided when the last owner lets go.
 * Thread-safe.
 */
final class Lease {
  private final ArrowBuf memory;
  private final Consumer<ArrowBuf> onEnd;
  private final AtomicInteger owners = new AtomicInteger(1);

  /**
   * @param onEnd takes the memory back, once
   */
  Lease(ArrowBuf memory, Consumer<ArrowBuf> onEnd) {
    this.memory = memory;
    this.onEnd = onEnd;
  }

  ArrowBuf memory() {
    return memory;
  }

  void retain() {
    if (owners.getAndIncrement() <= 0) {
      throw new IllegalStateException("the batch is closed");
    }
  }

  void release() {
    int left = owners.decrementAndGet();
    if (left == 0) {
      onEnd.accept(memory);
    } else if (left < 0) {
      throw new IllegalStateException("the batch was closed more often than it has owners");
    }
  }
}
