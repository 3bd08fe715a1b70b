package io.taustream.ingest.batch;

import io.taustream.ingest.decode.RgbImage;
import io.taustream.ingest.format.Sample;
import io.taustream.ingest.view.ViewPolicy;
import io.taustream.ingest.view.ViewSpec;
import io.taustream.storage.sample.SampleView;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * A batch of one view in the making: memory for a whole chunk, filled image by image. It owns its
 * memory until it has become a batch.
 */
final class Canvas {
  private final ViewSpec spec;
  private final int view;
  private final int imageBytes;
  private final Lease lease;
  private final ByteBuffer pixels;
  private final List<SampleView> rows;

  /**
   * @param view the view's number
   * @param images it has room for
   */
  Canvas(ViewSpec spec, int view, int images, BatchPool pool) {
    this.spec = spec;
    this.view = view;
    this.imageBytes = spec.size() * spec.size() * ImageBatch.CHANNELS;
    this.rows = new ArrayList<>(images);
    this.lease = pool.lend((long) images * imageBytes);
    this.pixels = lease.memory().nioBuffer(0, images * imageBytes);
  }

  /** Adds a sample's view as the next row. */
  void draw(ViewPolicy policy, RgbImage prepared, Sample sample) {
    long seed = spec.viewSeed(sample.key(), view);
    policy.render(prepared, spec.size(), seed, pixels, rows.size() * imageBytes);
    rows.add(
        new SampleView(
            sample.shard().name(), sample.ordinal(), sample.key(), sample.label(), view, seed));
  }

  /** The batch of the rows drawn; it takes over the memory. */
  ImageBatch batch(long through) {
    return new ImageBatch(rows, spec.size(), through, lease);
  }

  /** Gives the memory back, where no batch came of it. */
  void release() {
    lease.release();
  }
}
