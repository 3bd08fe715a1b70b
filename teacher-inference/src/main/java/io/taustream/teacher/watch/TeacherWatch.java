package io.taustream.teacher.watch;

import io.taustream.storage.TaustreamException;
import io.taustream.storage.object.ObjectInfo;
import io.taustream.storage.object.ObjectStore;
import io.taustream.storage.object.ObjectUri;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Watches a folder or prefix for models: every object below it whose name ends with {@code .onnx}.
 * It asks for the listing again and again, and compares sizes and versions (ETags on S3,
 * modification times of files), so that it needs nothing of the store but {@link ObjectStore#list}.
 * Thread-safe.
 */
public final class TeacherWatch {
  private static final Logger LOG = LoggerFactory.getLogger(TeacherWatch.class);

  private final ObjectStore store;
  private final ObjectUri prefix;
  private final Duration interval;
  private final Arrivals arrivals;
  private final AtomicBoolean watching = new AtomicBoolean();
  private final AtomicLong polls = new AtomicLong();
  private final AtomicReference<Optional<String>> fault = new AtomicReference<>(Optional.empty());

  /**
   * @param folder a folder or {@code s3://bucket/prefix}; what lies below it counts, however deep
   * @param interval between the end of one poll and the next, above 0
   * @param namedBy the files that belong to a model beside its card, all in or below its folder, as
   *     {@link io.taustream.teacher.ModelParts#namedBy} says; called on {@link
   *     Schedulers#boundedElastic()}, once for each version of a model or its card
   */
  public TeacherWatch(
      ObjectStore store,
      ObjectUri folder,
      Duration interval,
      Function<ObjectUri, List<ObjectUri>> namedBy) {
    if (interval.isNegative() || interval.isZero()) {
      throw new IllegalArgumentException("an interval of " + interval);
    }
    this.store = store;
    this.prefix = folder.path().isEmpty() ? folder : folder.child("");
    this.interval = interval;
    this.arrivals = new Arrivals(model -> unlessCancelled(namedBy, model));
  }

  /**
   * The models as they arrive: one when it, its card and the files that these name were listed with
   * the same size and version in two polls one after the other; once more when any of them is
   * another one in two polls; a model that had gone, and came back, once more too. Where a named
   * file is missing for 5 polls, the model is given without it. Of models that go nothing is said.
   *
   * <p>Demand: a poll is made when the sightings of the one before are delivered and the interval
   * is over; where nobody asks, nothing is polled and at most one listing's models wait. Errors: a
   * listing that fails is logged, once for each reason, seen in {@link #status()} and tried again
   * after the interval; the flow ends with none but a bug's. It does not complete. Cancelling ends
   * the poll and interrupts the reading of a model; sightings hold nothing that has to be
   * discarded. Sightings are given on {@link Schedulers#boundedElastic()}.
   *
   * <p>Cold, for one subscriber at a time; the next one sees all models anew.
   */
  public Flux<Sighting> sightings() {
    return Flux.using(this::begin, begun -> polling(), begun -> watching.set(false));
  }

  private Boolean begin() {
    if (!watching.compareAndSet(false, true)) {
      throw new IllegalStateException("the watch on " + prefix + " has a subscriber");
    }
    arrivals.clear();
    return true;
  }

  private Flux<Sighting> polling() {
    return poll().concatWith(Mono.delay(interval).then(Mono.empty())).repeat();
  }

  private Flux<Sighting> poll() {
    return store
        .list(prefix)
        .collectList()
        .publishOn(Schedulers.boundedElastic())
        .flatMapIterable(this::observe)
        .onErrorResume(
            TaustreamException.class,
            failure -> {
              missed(failure.getMessage());
              return Flux.empty();
            });
  }

  private List<Sighting> observe(List<ObjectInfo> listing) {
    if (fault.getAndSet(Optional.empty()).isPresent()) {
      LOG.info("{} is listed again", prefix);
    }
    polls.incrementAndGet();
    try {
      return arrivals.observe(listing);
    } catch (CancellationException e) {
      return List.of();
    }
  }

  private void missed(String reason) {
    if (!fault.getAndSet(Optional.of(reason)).equals(Optional.of(reason))) {
      LOG.warn("Watching {} goes on, though it cannot be listed now: {}", prefix, reason);
    }
  }

  /** What fails because the subscriber has left is no fault of the model. */
  private static List<ObjectUri> unlessCancelled(
      Function<ObjectUri, List<ObjectUri>> namedBy, ObjectUri model) {
    try {
      return namedBy.apply(model);
    } catch (RuntimeException e) {
      if (Thread.currentThread().isInterrupted()) {
        CancellationException cancelled = new CancellationException();
        cancelled.initCause(e);
        throw cancelled;
      }
      throw e;
    }
  }

  /**
   * Gives a model once more, though it stays as it is, for whoever could not deal with it for
   * another reason than the model: after 1 poll is left out, then 3, 7, and so on to 64.
   */
  public void putOff(ObjectUri model) {
    arrivals.putOff(model);
  }

  /** Whether the latest listing had the model. */
  public boolean lists(ObjectUri model) {
    return arrivals.listed().contains(model);
  }

  /** How it fares. */
  public WatchStatus status() {
    return new WatchStatus(polls.get(), fault.get(), arrivals.waitedFor());
  }
}
