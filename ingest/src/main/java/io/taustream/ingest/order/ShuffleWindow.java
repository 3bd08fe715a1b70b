package io.taustream.ingest.order;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Supplier;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;
import reactor.core.publisher.SynchronousSink;
import reactor.util.context.Context;

/**
 * The elements that one subscription holds back to shuffle them; what it does with demand, errors
 * and cancel is said at {@link EpochOrder#shuffle}. Guarded by its own lock, since a cancel may
 * come from any thread while an element arrives.
 */
final class ShuffleWindow<T> {
  private final int size;
  private final Draws draws;
  private final Context context;
  private final List<T> held;
  private boolean closed;

  private ShuffleWindow(int size, Draws draws, Context context) {
    this.size = size;
    this.draws = draws;
    this.context = context;
    this.held = new ArrayList<>(Math.min(size, 1024));
  }

  /** {@code source} through a window of {@code size} elements, a fresh one each subscription. */
  static <T> Flux<T> over(Flux<T> source, int size, Supplier<Draws> draws) {
    return Flux.deferContextual(
        context -> {
          ShuffleWindow<T> window = new ShuffleWindow<>(size, draws.get(), Context.of(context));
          return source
              .<T>handle(window::exchange)
              .concatWith(Flux.defer(window::rest))
              .doOnError(error -> window.close())
              .doOnCancel(window::close);
        });
  }

  /** Takes an element; gives one where the window is full with it. */
  private synchronized void exchange(T element, SynchronousSink<T> sink) {
    if (closed) {
      Operators.onDiscard(element, context);
      return;
    }
    held.add(element);
    if (held.size() == size) {
      sink.next(removeAny());
    }
  }

  private synchronized Flux<T> rest() {
    return held.isEmpty() ? Flux.empty() : Flux.generate(this::drain);
  }

  /** Completes with the last element, so that no demand beyond it is needed. */
  private synchronized void drain(SynchronousSink<T> sink) {
    if (!held.isEmpty()) {
      sink.next(removeAny());
    }
    if (held.isEmpty()) {
      sink.complete();
    }
  }

  private T removeAny() {
    int last = held.size() - 1;
    Collections.swap(held, draws.below(held.size()), last);
    return held.remove(last);
  }

  private synchronized void close() {
    closed = true;
    Operators.onDiscardMultiple(List.copyOf(held), context);
    held.clear();
  }
}
