package io.taustream.teacher.speed;

import io.taustream.ingest.batch.ImageBatch;
import io.taustream.storage.TaustreamException;
import io.taustream.storage.sample.SampleView;
import io.taustream.teacher.BatchLimits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.OutOfMemoryException;

/**
 * Measures how many images a second a model takes in batches of 1, 2, 4, … images, or N, 2N, 4N, …
 * where it takes N at once. Each size is run once to warm up and then several times, of which the
 * median counts. It ends at the largest size, at the first that does not fit into memory, or when
 * its time is over; where asked to, also when larger sizes gain nothing. Not thread-safe.
 */
public final class SpeedTrial {
  /** The largest batch that {@link #measure} tries, where the model does not ask for more. */
  public static final int LARGEST_BATCH = 256;

  private static final int RUNS = 5;
  private static final double NEARLY_AS_FAST = 0.95;

  private final Consumer<ImageBatch> model;
  private final int least;
  private final int imageSize;
  private final BufferAllocator allocator;
  private final LongSupplier nanoTime;

  /**
   * @param model runs one batch; it does not close it
   * @param limits the sizes are multiples of its unit
   * @param imageSize of the images that it is given, in pixels
   * @param allocator for the images
   * @param nanoTime such as {@link System#nanoTime}
   */
  public SpeedTrial(
      Consumer<ImageBatch> model,
      BatchLimits limits,
      int imageSize,
      BufferAllocator allocator,
      LongSupplier nanoTime) {
    this.model = model;
    this.least = limits.unit();
    this.imageSize = imageSize;
    this.allocator = allocator;
    this.nanoTime = nanoTime;
  }

  /**
   * How fast one size is.
   *
   * @param batch images at once
   * @param imagesPerSecond the median
   */
  public record Reading(int batch, double imagesPerSecond) {}

  /**
   * How fast the model is.
   *
   * @param readings from the smallest batch on; at least one, unless the smallest did not fit
   * @param end why no larger batch was tried; absent where the largest was
   */
  public record Speed(List<Reading> readings, Optional<String> end) {
    public Speed {
      readings = List.copyOf(readings);
    }

    /** The smallest batch that is within 5 % of the fastest. */
    public Optional<Reading> best() {
      double fastest = readings.stream().mapToDouble(Reading::imagesPerSecond).max().orElse(0);
      return readings.stream()
          .filter(reading -> reading.imagesPerSecond() >= NEARLY_AS_FAST * fastest)
          .findFirst();
    }
  }

  /**
   * Measures. Blocks for about as long as it may; the smallest batch is always measured.
   *
   * @param time after which no other size is begun
   */
  public Speed measure(Duration time) {
    return measure(time, LARGEST_BATCH, false);
  }

  /**
   * Likewise, until two sizes one after the other are less than 5 % faster than the fastest before
   * them.
   *
   * @param largest the largest size to try, at least 1
   */
  public Speed measureWhileItGains(Duration time, int largest) {
    return measure(time, largest, true);
  }

  private Speed measure(Duration time, int largest, boolean whileItGains) {
    long begun = nanoTime.getAsLong();
    List<Reading> readings = new ArrayList<>();
    for (long next = least; next <= Math.max(least, largest); next *= 2) {
      int batch = (int) next;
      if (whileItGains && gainedNothingTwice(readings)) {
        return new Speed(readings, Optional.of("larger batches gained less than 5 %"));
      }
      if (!readings.isEmpty() && nanoTime.getAsLong() - begun >= time.toNanos()) {
        return new Speed(readings, Optional.of("the time is over"));
      }
      try {
        readings.add(new Reading(batch, imagesPerSecond(batch, begun + time.toNanos())));
      } catch (TaustreamException | OutOfMemoryException e) {
        return new Speed(
            readings, Optional.of("a batch of %d failed: %s".formatted(batch, e.getMessage())));
      }
    }
    return new Speed(readings, Optional.empty());
  }

  private static boolean gainedNothingTwice(List<Reading> readings) {
    int before = readings.size() - 2;
    return before > 0
        && readings.stream().skip(before).mapToDouble(Reading::imagesPerSecond).max().orElseThrow()
                * NEARLY_AS_FAST
            < readings.stream()
                .limit(before)
                .mapToDouble(Reading::imagesPerSecond)
                .max()
                .orElseThrow();
  }

  private double imagesPerSecond(int batch, long end) {
    try (ImageBatch images = images(batch)) {
      model.accept(images);
      double[] rates = new double[RUNS];
      int runs = 0;
      while (runs < RUNS && (runs == 0 || nanoTime.getAsLong() < end)) {
        long begun = nanoTime.getAsLong();
        model.accept(images);
        rates[runs++] = batch * 1e9 / Math.max(1, nanoTime.getAsLong() - begun);
      }
      Arrays.sort(rates, 0, runs);
      return (rates[(runs - 1) / 2] + rates[runs / 2]) / 2;
    }
  }

  /** White images: how fast a network is does not depend on what they show. */
  private ImageBatch images(int batch) {
    long length = (long) batch * imageSize * imageSize * ImageBatch.CHANNELS;
    if (length > Integer.MAX_VALUE) {
      throw new OutOfMemoryException("its pixels need %d bytes, more than 2 GiB".formatted(length));
    }
    ArrowBuf pixels = allocator.buffer(length);
    pixels.setOne(0L, length);
    SampleView row = new SampleView("speed", 0, "speed", -1, 0, 0);
    return new ImageBatch(Collections.nCopies(batch, row), imageSize, pixels);
  }
}
