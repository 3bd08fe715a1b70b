package io.taustream.student.train;

import io.taustream.ingest.batch.ImageBatch;
import io.taustream.storage.label.SoftLabelBatch;
import io.taustream.storage.label.TopK;
import io.taustream.storage.sample.SampleView;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;

/**
 * Batches of seeded noise with a brightness that gives the class away, and a teacher that knows it.
 */
public final class TestBatches {
  private final BufferAllocator allocator;
  private final int imageSize;
  private final int classes;

  public TestBatches(BufferAllocator allocator, int imageSize, int classes) {
    this.allocator = allocator;
    this.imageSize = imageSize;
    this.classes = classes;
  }

  /** A batch that is a pure function of the seed. */
  public TrainingBatch batch(int size, long seed) {
    return batch(size, seed, size);
  }

  /** Such a batch, as the one of a flow that ends with its {@code through}th sample. */
  public TrainingBatch batch(int size, long seed, long through) {
    Random random = new Random(seed);
    List<SampleView> rows =
        IntStream.range(0, size)
            .mapToObj(i -> new SampleView("s.tar", i, "k" + i, random.nextInt(classes), 0, seed))
            .toList();
    return new TrainingBatch(images(rows, random, through), Optional.of(labels(rows, random)));
  }

  /** The batch of the same seed with top-k labels. */
  public TrainingBatch topKBatch(int size, long seed, TopK encoding) {
    TrainingBatch dense = batch(size, seed);
    try (SoftLabelBatch labels = (SoftLabelBatch) dense.labels().orElseThrow()) {
      return new TrainingBatch(
          dense.images(),
          Optional.of(TestLabels.topK(labels.rows(), labels.logits(), encoding, allocator)));
    }
  }

  public ImageBatch images(List<SampleView> rows, Random random) {
    return images(rows, random, rows.size());
  }

  private ImageBatch images(List<SampleView> rows, Random random, long through) {
    int pixels = imageSize * imageSize * ImageBatch.CHANNELS;
    ArrowBuf memory = allocator.buffer((long) rows.size() * pixels);
    for (int row = 0; row < rows.size(); row++) {
      int brightness = Math.max(0, rows.get(row).label()) * 200 / classes;
      for (int i = 0; i < pixels; i++) {
        memory.setByte((long) row * pixels + i, brightness + random.nextInt(56));
      }
    }
    return new ImageBatch(rows, imageSize, through, memory);
  }

  public SoftLabelBatch labels(List<SampleView> rows, Random random) {
    ArrowBuf memory = allocator.buffer((long) rows.size() * classes * Float.BYTES);
    for (int row = 0; row < rows.size(); row++) {
      for (int c = 0; c < classes; c++) {
        float logit = (float) random.nextGaussian() + (c == rows.get(row).label() ? 4 : 0);
        memory.setFloat(((long) row * classes + c) * Float.BYTES, logit);
      }
    }
    return new SoftLabelBatch(rows, classes, memory);
  }
}
