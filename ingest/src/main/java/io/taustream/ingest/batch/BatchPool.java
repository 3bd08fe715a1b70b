package io.taustream.ingest.batch;

import io.taustream.storage.TaustreamException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.OutOfMemoryException;

/**
 * The memory of all that is in flight between the stages: a child allocator with the budget as its
 * limit. Pixels of a finished batch are kept for the next one of that size, so that a steady flow
 * allocates nothing.
 *
 * <p>The budget is kept by the stages' bounded concurrency, which is derived from it; the limit is
 * the invariant behind that: a fault in the accounting is an error and not a slow death.
 *
 * <p>Thread-safe.
 */
public final class BatchPool implements AutoCloseable {
  private final long budget;
  private final BufferAllocator allocator;
  private final Map<Long, Deque<ArrowBuf>> idle = new HashMap<>();
  private boolean closed;

  /**
   * @param budget in bytes
   */
  public BatchPool(BufferAllocator parent, long budget) {
    this.budget = budget;
    this.allocator = parent.newChildAllocator("batches", 0, budget);
  }

  /** The allocator for what else travels with the batches, such as soft labels. */
  public BufferAllocator allocator() {
    return allocator;
  }

  /** The budget in bytes. */
  public long budget() {
    return budget;
  }

  /**
   * How many batches of so many bytes the budget holds at once: fewer than their quotient, because
   * the allocator rounds each one up, to twice its size at most.
   */
  public long capacity(long bytes) {
    return budget / allocator.getRoundingPolicy().getRoundedSize(bytes);
  }

  /**
   * Lends memory that is not zeroed.
   *
   * @throws TaustreamException if the budget is used up
   */
  Lease lend(long bytes) {
    return new Lease(take(bytes), this::takeBack);
  }

  private synchronized ArrowBuf take(long bytes) {
    if (closed) {
      throw new IllegalStateException("the pool of batches is closed");
    }
    ArrowBuf reused =
        idle.getOrDefault(allocator.getRoundingPolicy().getRoundedSize(bytes), new ArrayDeque<>())
            .poll();
    if (reused != null) {
      return reused;
    }
    try {
      return allocator.buffer(bytes);
    } catch (OutOfMemoryException e) {
      freeIdle();
      try {
        return allocator.buffer(bytes);
      } catch (OutOfMemoryException again) {
        throw new TaustreamException(
            ("memory.batches is used up: %,d of %,d bytes are in flight and a batch needs %,d more;"
                    + " raise memory.batches or lower the batch size")
                .formatted(allocator.getAllocatedMemory(), budget, bytes),
            again);
      }
    }
  }

  private synchronized void takeBack(ArrowBuf memory) {
    if (closed) {
      memory.close();
    } else {
      idle.computeIfAbsent(memory.capacity(), size -> new ArrayDeque<>()).push(memory);
    }
  }

  private void freeIdle() {
    idle.values().forEach(buffers -> buffers.forEach(ArrowBuf::close));
    idle.clear();
  }

  /**
   * Frees what is idle.
   *
   * @throws IllegalStateException if a batch is still in use: a leak
   */
  @Override
  public synchronized void close() {
    closed = true;
    freeIdle();
    allocator.close();
  }
}
