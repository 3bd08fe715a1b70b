package io.taustream.storage.label;

import io.taustream.storage.TaustreamException;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.OutOfMemoryException;

/**
 * Record batches that were decompressed to be read, those used last up to a number of bytes, or one
 * where that is more. Files share it and give back what is theirs when they are closed. What a
 * reader has open stays until it closes it. Thread-safe; decompresses one batch at a time.
 */
final class DecompressedBatches {
  private final BufferAllocator allocator;
  private final long most;
  private final Map<CompressedBatch, ArrowBuf> held = new LinkedHashMap<>(16, 0.75f, true);
  private final Set<CompressedBatch> readable = new HashSet<>();
  private long bytes;

  /**
   * @param allocator accounts the memory
   * @param most bytes that are kept
   */
  DecompressedBatches(BufferAllocator allocator, long most) {
    this.allocator = allocator;
    this.most = most;
  }

  /** Lets a file's batches be opened until they are forgotten. */
  synchronized void register(List<StoredBatch> batches) {
    for (StoredBatch batch : batches) {
      if (batch instanceof CompressedBatch compressed) {
        readable.add(compressed);
      }
    }
  }

  /** Gives back what a file that is closed has here. */
  synchronized void forget(List<StoredBatch> batches) {
    for (StoredBatch batch : batches) {
      if (batch instanceof CompressedBatch compressed) {
        readable.remove(compressed);
        ArrowBuf memory = held.remove(compressed);
        if (memory != null) {
          drop(compressed, memory);
        }
      }
    }
  }

  private void drop(CompressedBatch batch, ArrowBuf memory) {
    bytes -= batch.plainBytes();
    memory.close();
  }

  /**
   * The batch without compression.
   *
   * @throws DamagedLabelFileException if it cannot be decompressed
   * @throws TaustreamException if no memory is left
   */
  synchronized MappedBatch open(CompressedBatch batch) {
    if (!readable.contains(batch)) {
      throw new IllegalStateException("the label file of %s is closed".formatted(batch.where()));
    }
    ArrowBuf memory = held.get(batch);
    if (memory == null) {
      memory = decompress(batch);
      held.put(batch, memory);
      bytes += batch.plainBytes();
    }
    memory.getReferenceManager().retain();
    return batch.over(memory, memory::close);
  }

  private ArrowBuf decompress(CompressedBatch batch) {
    Iterator<Map.Entry<CompressedBatch, ArrowBuf>> eldest = held.entrySet().iterator();
    while (eldest.hasNext() && bytes + batch.plainBytes() > most) {
      Map.Entry<CompressedBatch, ArrowBuf> entry = eldest.next();
      eldest.remove();
      drop(entry.getKey(), entry.getValue());
    }
    ArrowBuf memory = allocate(batch);
    try {
      batch.decompress(memory);
      return memory;
    } catch (RuntimeException e) {
      memory.close();
      throw e;
    }
  }

  private ArrowBuf allocate(CompressedBatch batch) {
    try {
      return allocator.buffer(batch.plainBytes());
    } catch (OutOfMemoryException e) {
      throw new TaustreamException(
          "no %d bytes are left to decompress %s into (limit %d, used %d); raise memory.batches"
              .formatted(
                  batch.plainBytes(),
                  batch.where(),
                  allocator.getLimit(),
                  allocator.getAllocatedMemory()),
          e);
    }
  }
}
