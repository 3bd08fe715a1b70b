package io.taustream.teacher.speed;

import io.taustream.ingest.batch.ImageBatch;
import io.taustream.storage.TaustreamException;
import io.taustream.teacher.BatchLimits;
import io.taustream.teacher.Teacher;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.apache.arrow.memory.BufferAllocator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds by trying how many images a teacher is best given at once: twice as many again and again,
 * until they do not fit into memory or are labelled no faster, and of these sizes the smallest that
 * is within 5 % of the fastest.
 *
 * <p>The result depends on the machine, on what else runs there, and a little on luck. A row's
 * logits may differ in the last bits between sizes of batches, so labels that are made twice with a
 * searched size are not always equal to the bit. The size is logged, to be written into the
 * configuration.
 */
public final class BatchSearch {
  private static final Logger LOG = LoggerFactory.getLogger(BatchSearch.class);

  private final BufferAllocator allocator;
  private final LongSupplier nanoTime;

  /**
   * @param allocator for the images
   * @param nanoTime such as {@link System#nanoTime}
   */
  public BatchSearch(BufferAllocator allocator, LongSupplier nanoTime) {
    this.allocator = allocator;
    this.nanoTime = nanoTime;
  }

  /**
   * Searches. Blocks.
   *
   * @param imageSize of the images that the teacher will be given, in pixels
   * @param largest the largest size that may be tried, at least 1
   * @param time after which no other size is tried
   * @return a multiple of the teacher's unit where {@code largest} allows one
   * @throws TaustreamException if the smallest size cannot be labelled
   */
  public int search(Teacher teacher, int imageSize, int largest, Duration time) {
    int unit = teacher.batchLimits().unit();
    if (unit >= largest) {
      return largest;
    }
    SpeedTrial.Speed speed =
        new SpeedTrial(
                images -> label(teacher, images),
                teacher.batchLimits(),
                imageSize,
                allocator,
                nanoTime)
            .measureWhileItGains(time, largest);
    SpeedTrial.Reading best =
        speed
            .best()
            .orElseThrow(
                () ->
                    new TaustreamException(
                        "teacher %s: no size of batch was found: %s; state teachers[].batch"
                            .formatted(
                                teacher.identity().name(), speed.end().orElse("none was tried"))));
    LOG.info(
        "teacher {}: batches of {}, at {} images a second, of {} tried; to label with the same bits again write batch: {}",
        teacher.identity().name(),
        best.batch(),
        Math.round(best.imagesPerSecond()),
        speed.readings().stream().map(SpeedTrial.Reading::batch).toList(),
        best.batch());
    return best.batch();
  }

  private static void label(Teacher teacher, ImageBatch images) {
    teacher.label(images).close();
    BatchLimits limits = teacher.batchLimits();
    if (limits.unit() == 1 && limits.largest() < images.size()) {
      throw new TaustreamException("memory holds %d at once".formatted(limits.largest()));
    }
  }
}
