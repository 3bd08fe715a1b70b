package io.taustream.teacher;

import io.taustream.ingest.batch.ImageBatch;
import io.taustream.storage.sample.SampleView;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;

/** Image batches for tests. */
final class TestImages {
  private TestImages() {}

  /** {@code rows × size × size × 3} bytes that depend on the seed alone. */
  static byte[] pixels(int rows, int size, long seed) {
    byte[] pixels = new byte[rows * size * size * ImageBatch.CHANNELS];
    new Random(seed).nextBytes(pixels);
    return pixels;
  }

  /** A batch of the given pixels; its keys are {@code key0}, {@code key1}, … */
  static ImageBatch batch(BufferAllocator allocator, int rows, int size, byte[] pixels) {
    ArrowBuf memory = allocator.buffer(Math.max(1, pixels.length));
    memory.setBytes(0, pixels);
    return new ImageBatch(
        IntStream.range(0, rows)
            .mapToObj(i -> new SampleView("shard-0.tar", i, "key" + i, i % 3, 0, 99))
            .toList(),
        size,
        memory);
  }

  /** A batch of random pixels. */
  static ImageBatch random(BufferAllocator allocator, int rows, int size, long seed) {
    return batch(allocator, rows, size, pixels(rows, size, seed));
  }
}
