package io.taustream.ingest.format;

import io.taustream.storage.TaustreamException;
import io.taustream.storage.object.ObjectStore;
import io.taustream.storage.sample.Shard;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.SynchronousSink;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/** One reading of one shard, for one subscriber. Thread-safe. */
public final class ShardReading {
  private static final Logger LOG = LoggerFactory.getLogger(ShardReading.class);

  private static final int SECONDS_UNTIL_IDLE_THREADS_END = 60;

  /**
   * Threads that wait for bytes. The store reads on {@link Schedulers#boundedElastic()}, whose
   * tasks share threads when there are many: a reading that waited on one of those could hold up
   * the very read that it waits for.
   */
  private static final Scheduler WAITING =
      Schedulers.newBoundedElastic(
          Schedulers.DEFAULT_BOUNDED_ELASTIC_SIZE,
          Schedulers.DEFAULT_BOUNDED_ELASTIC_QUEUESIZE,
          "shard",
          SECONDS_UNTIL_IDLE_THREADS_END,
          true);

  private final ObjectStore store;
  private final ShardSource source;
  private final AtomicBoolean subscribed = new AtomicBoolean();
  private volatile boolean cancelled;
  private volatile OptionalLong crc = OptionalLong.empty();

  ShardReading(ObjectStore store, ShardSource source) {
    this.store = store;
    this.source = source;
  }

  /** The shard that is read. */
  public Shard shard() {
    return source.shard();
  }

  /**
   * The shard's samples in its own order. Subscribe once: a second subscriber gets an {@link
   * IllegalStateException}.
   *
   * <p><b>Demand:</b> a sample is read when it is asked for; beside it, 2 of the store's buffers
   * wait, in a folder 2 for each of the next 8 images. It completes on demand beyond the last
   * sample. <b>Errors:</b> a {@link TaustreamException} that names the shard, after the samples
   * before the fault. <b>Cancel:</b> ends the read. Reads block, on threads of their own.
   */
  public Flux<Sample> samples() {
    return Flux.defer(
            () ->
                subscribed.compareAndSet(false, true)
                    ? Flux.<Sample, Cursor>generate(Cursor::new, this::next, Cursor::close)
                    : Flux.<Sample>error(
                        new IllegalStateException(shard().uri() + ": this reading was used")))
        .subscribeOn(WAITING)
        .doOnCancel(() -> cancelled = true);
  }

  /**
   * CRC-32C (Castagnoli) of all of the shard's raw bytes, first to last; compressed bytes where it
   * is compressed. In the order of the reading where a shard is more than one object.
   *
   * @throws IllegalStateException before {@link #samples()} has completed
   */
  public long crc32c() {
    return crc.orElseThrow(
        () ->
            new IllegalStateException(
                shard().uri() + ": the checksum is known when all samples are read"));
  }

  private Cursor next(Cursor cursor, SynchronousSink<Sample> sink) {
    try {
      Optional<Sample> sample = cursor.next();
      if (sample.isPresent()) {
        sink.next(sample.get());
      } else {
        crc = OptionalLong.of(cursor.bytes.crc32c());
        sink.complete();
      }
    } catch (IOException | RuntimeException e) {
      if (cancelled) {
        // Cancelling interrupts a read that waits for bytes; nobody is left to be told.
        LOG.debug("reading {} ended by a cancel", shard().uri(), e);
        sink.complete();
      } else {
        sink.error(asFault(cursor, e));
      }
    }
    return cursor;
  }

  private static Throwable asFault(Cursor cursor, Exception e) {
    return e instanceof IOException
        ? cursor.bytes.fault("cannot be read: " + e.getMessage() + "; check the file", e)
        : e;
  }

  /** What one subscription holds open. */
  private final class Cursor {
    private final ShardBytes bytes = new ShardBytes(store, shard());
    private SampleReader reader;

    Optional<Sample> next() throws IOException {
      if (reader == null) {
        reader = source.open(bytes);
      }
      return reader.next();
    }

    void close() {
      try (bytes) {
        if (reader != null) {
          reader.close();
        }
      } catch (IOException e) {
        // Nothing was written through it: there is nothing to lose.
        LOG.debug("closing {}", shard().uri(), e);
      }
    }
  }
}
