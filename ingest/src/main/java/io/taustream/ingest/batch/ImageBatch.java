package io.taustream.ingest.batch;

import io.taustream.storage.sample.SampleView;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.arrow.memory.ArrowBuf;

/**
 * A batch of views: unsigned bytes, {@code rows × size × size × 3}, RGB, row major, in Arrow
 * memory. It is one owner of that memory; whoever receives the batch closes it exactly once, and
 * {@link #retain()} makes a second owner. Pixels are written before the batch is handed on and only
 * read after, so that owners may read on different threads.
 */
public final class ImageBatch implements AutoCloseable {
  /** Red, green, blue. */
  public static final int CHANNELS = 3;

  private final List<SampleView> rows;
  private final int imageSize;
  private final long through;
  private final Lease lease;

  /**
   * A batch over memory of its own.
   *
   * @param imageSize width and height in pixels
   * @param pixels at least {@code rows.size() * imageSize² * 3} bytes; the batch takes over the
   *     caller's reference
   */
  public ImageBatch(List<SampleView> rows, int imageSize, ArrowBuf pixels) {
    this(rows, imageSize, rows.size(), pixels);
  }

  /**
   * A batch of a flow, over memory of its own.
   *
   * @param through see {@link #through()}
   */
  public ImageBatch(List<SampleView> rows, int imageSize, long through, ArrowBuf pixels) {
    this(rows, imageSize, through, new Lease(pixels, ArrowBuf::close));
  }

  ImageBatch(List<SampleView> rows, int imageSize, long through, Lease lease) {
    this.rows = List.copyOf(rows);
    this.imageSize = imageSize;
    this.through = through;
    this.lease = lease;
    if (lease.memory().capacity() < byteLength()) {
      throw new IllegalArgumentException(
          "%d bytes hold no %d images of %dx%d"
              .formatted(lease.memory().capacity(), rows.size(), imageSize, imageSize));
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

  /**
   * How many samples of the flow had been taken when this batch was full, those without a decodable
   * image included: skipping so many gives the samples after this batch.
   */
  public long through() {
    return through;
  }

  /** The length of the pixels in bytes. */
  public int byteLength() {
    return Math.toIntExact((long) rows.size() * imageSize * imageSize * CHANNELS);
  }

  /** The pixels in place, for a native tensor to lie over. Valid until the batch is closed. */
  public ByteBuffer pixels() {
    // ArrowBuf.capacity() is rounded up: the exact length is ours to state.
    return lease.memory().nioBuffer(0, byteLength());
  }

  /** A second owner of the same pixels, to be closed on its own. */
  public ImageBatch retain() {
    lease.retain();
    return new ImageBatch(rows, imageSize, through, lease);
  }

  @Override
  public void close() {
    lease.release();
  }
}
