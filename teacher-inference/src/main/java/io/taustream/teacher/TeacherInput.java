package io.taustream.teacher;

import io.taustream.ingest.batch.ImageBatch;
import io.taustream.teacher.TeacherCard.ChannelOrder;
import io.taustream.teacher.TeacherCard.ElementType;
import io.taustream.teacher.TeacherCard.Layout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.apache.arrow.memory.BufferAllocator;

/**
 * The model's input tensor for rows of image batches. Where the model takes bytes just as the batch
 * has them the tensor is the batch's own memory; else rows are resized and normalised into one
 * Arrow buffer that is used again. Not thread-safe.
 */
final class TeacherInput implements AutoCloseable {
  private static final byte[] BLACK = new byte[1 << 16];

  private final int size;
  private final int rowBytes;
  private final boolean takesBatchesAsTheyAre;
  private final RowEncoder encoder;
  private final ReusedBuffer buffer;
  private final byte[] pixels;
  private byte[] source = new byte[0];
  private PixelResizer resizer;

  TeacherInput(TeacherCard card, BufferAllocator allocator) {
    this.size = card.size();
    this.rowBytes = card.elements() * card.type().bytes();
    this.takesBatchesAsTheyAre =
        card.type() == ElementType.UINT8
            && card.layout() != Layout.NCHW
            && card.channels() == ChannelOrder.RGB;
    this.encoder = RowEncoder.of(card);
    this.buffer = new ReusedBuffer(allocator);
    this.pixels = new byte[size * size * ImageBatch.CHANNELS];
  }

  /**
   * The tensor for some rows of a batch. Valid until the next call and until the batch is closed.
   *
   * @param from the first row
   * @param count how many rows of the batch
   * @param rows how many rows the tensor has, at least {@code count}: the last row is repeated
   */
  ByteBuffer of(ImageBatch batch, int from, int count, int rows) {
    if (takesBatchesAsTheyAre && count == rows && batch.imageSize() == size) {
      return batch
          .pixels()
          .slice(from * pixels.length, count * pixels.length)
          .order(ByteOrder.nativeOrder());
    }
    ByteBuffer tensor = buffer.ofLength((long) rows * rowBytes);
    ByteBuffer images = batch.pixels();
    for (int row = 0; row < rows; row++) {
      if (row < count) {
        read(images, batch.imageSize(), from + row);
      }
      encoder.encode(pixels, tensor, row);
    }
    return tensor;
  }

  /** A black input of some rows, to try a model on. */
  ByteBuffer zeros(int rows) {
    ByteBuffer tensor = buffer.ofLength((long) rows * rowBytes);
    ByteBuffer rest = tensor.duplicate();
    while (rest.hasRemaining()) {
      rest.put(BLACK, 0, Math.min(BLACK.length, rest.remaining()));
    }
    return tensor;
  }

  private void read(ByteBuffer images, int imageSize, int row) {
    if (imageSize == size) {
      images.get(row * pixels.length, pixels);
      return;
    }
    if (resizer == null || resizer.from() != imageSize) {
      resizer = new PixelResizer(imageSize, size);
      source = new byte[imageSize * imageSize * ImageBatch.CHANNELS];
    }
    images.get(row * source.length, source);
    resizer.resize(source, pixels);
  }

  @Override
  public void close() {
    buffer.close();
  }
}
