package io.taustream.storage.object;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;
import reactor.core.scheduler.Schedulers;
import reactor.util.context.Context;

/**
 * Fails with a {@link TimeoutException} when the source owes an element, or its end, for longer
 * than a limit. Unlike {@link Flux#timeout(Duration)} it counts only while demand is open: a slow
 * receiver is no fault of the source. Demand passes unchanged; a timeout cancels the source.
 */
final class DemandTimeout<T> implements CoreSubscriber<T>, Subscription {
  private final CoreSubscriber<? super T> actual;
  private final Duration limit;
  private final AtomicLong demand = new AtomicLong();
  private final AtomicBoolean done = new AtomicBoolean();
  private volatile long waitingSince;
  private Subscription source;
  private Disposable timer;

  private DemandTimeout(CoreSubscriber<? super T> actual, Duration limit) {
    this.actual = actual;
    this.limit = limit;
  }

  static <T> Flux<T> of(Flux<T> source, Duration limit) {
    // Serialized, since the timer's error may come while an element is being handed on.
    return source.transform(
        Operators.<T, T>lift(
            (scannable, actual) -> new DemandTimeout<T>(Operators.serialize(actual), limit)));
  }

  @Override
  public Context currentContext() {
    return actual.currentContext();
  }

  @Override
  public void onSubscribe(Subscription subscription) {
    source = subscription;
    long period = Math.max(1, limit.toMillis() / 4);
    timer =
        Schedulers.parallel()
            .schedulePeriodically(this::check, period, period, TimeUnit.MILLISECONDS);
    actual.onSubscribe(this);
  }

  @Override
  public void request(long n) {
    if (demand.getAndAccumulate(n, Operators::addCap) == 0) {
      waitingSince = System.nanoTime();
    }
    source.request(n);
  }

  @Override
  public void cancel() {
    timer.dispose();
    source.cancel();
  }

  @Override
  public void onNext(T element) {
    if (done.get()) {
      Operators.onDiscard(element, currentContext());
      return;
    }
    waitingSince = System.nanoTime();
    demand.updateAndGet(open -> open == Long.MAX_VALUE ? open : open - 1);
    actual.onNext(element);
  }

  @Override
  public void onError(Throwable error) {
    // After a timeout the cancelled source may still complain; the timeout has been reported.
    if (done.compareAndSet(false, true)) {
      timer.dispose();
      actual.onError(error);
    }
  }

  @Override
  public void onComplete() {
    if (done.compareAndSet(false, true)) {
      timer.dispose();
      actual.onComplete();
    }
  }

  private void check() {
    if (demand.get() > 0
        && System.nanoTime() - waitingSince > limit.toNanos()
        && done.compareAndSet(false, true)) {
      cancel();
      actual.onError(new TimeoutException("no bytes for " + limit.toMillis() + " ms"));
    }
  }
}
