package io.taustream.ingest.batch;

import io.taustream.storage.sample.SampleView;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.arrow.memory.ArrowBuf;

/**
 * A batch of views: unsigned bytes, {@code rows × size × size × 3}, RGB, row major, in Arrow
 * memory. It owns one reference to that memory; whoever receives the batch closes it exactly once,
 * and {@link #retain()} makes a second owner. Pixels are written before the batch is handed on and
 * only read after, so that owners may read on different threads.
 */
public final class ImageBatch implements AutoCloseable {
  /** Red, green, blue. */
  public static final int CHANNELS = 3;

  private final List<SampleView> rows;
  private final int imageSize;
  private final ArrowBuf pixels;

  /**
   * @param imageSize width and height in pixels
   * @param pixels at least {@code rows.size() * imageSize² * 3} bytes; the batch takes over the
   *     caller's reference
   */
  public ImageBatch(List<SampleView> rows, int imageSize, ArrowBuf pixels) {
    this.rows = List.copyOf(rows);
    this.imageSize = imageSize;
    this.pixels = pixels;
    if (pixels.capacity() < byteLength()) {
      throw new IllegalArgumentException(
          "%d bytes hold no %d images of %dx%d"
              .formatted(pixels.capacity(), rows.size(), imageSize, imageSize));
    }
  }

  public List<SampleView> rows() {
    return rows;
  }

  public int size() {
    return rows.size();
  }

  /** Width and height of every image, in pixels. */
  public int imageSize() {
    return imageSize;
  }

  /** The length of the pixels in bytes. */
  public int byteLength() {
    return Math.toIntExact((long) rows.size() * imageSize * imageSize * CHANNELS);
  }

  /** The pixels in place, for a native tensor to lie over. Valid until the batch is closed. */
  public ByteBuffer pixels() {
    // ArrowBuf.capacity() is rounded up: the exact length is ours to state.
    return pixels.nioBuffer(0, byteLength());
  }

  /** A second owner of the same pixels, to be closed on its own. */
  public ImageBatch retain() {
    pixels.getReferenceManager().retain();
    return new ImageBatch(rows, imageSize, pixels);
  }

  @Override
  public void close() {
    pixels.close();
  }
}
