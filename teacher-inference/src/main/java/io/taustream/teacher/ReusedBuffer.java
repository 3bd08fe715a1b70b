package io.taustream.teacher;

import io.taustream.storage.TaustreamException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;

/**
 * Arrow memory that is used again for every batch and grows when a larger one comes. Not
 * thread-safe.
 */
final class ReusedBuffer implements AutoCloseable {
  private final BufferAllocator allocator;
  private ArrowBuf memory;

  ReusedBuffer(BufferAllocator allocator) {
    this.allocator = allocator;
  }

  /**
   * Exactly {@code length} bytes in native order, their content undefined. Earlier results are
   * invalid after this call.
   */
  ByteBuffer ofLength(long length) {
    if (length > Integer.MAX_VALUE) {
      throw new TaustreamException(
          "a teacher's tensor needs %d bytes, more than 2 GiB; use a smaller batch"
              .formatted(length));
    }
    if (memory == null || memory.capacity() < length) {
      close();
      memory = allocator.buffer(length);
    }
    // ArrowBuf.capacity() is rounded up: the exact length is ours to state.
    return memory.nioBuffer(0, (int) length).order(ByteOrder.nativeOrder());
  }

  @Override
  public void close() {
    if (memory != null) {
      memory.close();
      memory = null;
    }
  }
}
