package io.taustream.ingest.batch;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import reactor.core.publisher.SynchronousSink;

/**
 * The batches of one flow that are made but not handed on. Reactor's merging operators drop what
 * they hold when they are cancelled, some without a word to anybody, others through the discard
 * hook of whoever subscribed. Here every batch has one owner at all times: either this, or whoever
 * got it. On its way through those operators a batch is wrapped, so that no hook for batches closes
 * what is still owned here. Thread-safe.
 */
final class Undelivered {
  private final Set<Wrapped> batches = new HashSet<>();
  private boolean ended;

  /** A batch whose owner is still this; a reference to it may be dropped. */
  record Wrapped(ImageBatch batch) {}

  /** Takes over new batches; closes them where the flow has ended. */
  synchronized List<Wrapped> add(List<ImageBatch> made) {
    List<Wrapped> wrapped = made.stream().map(Wrapped::new).toList();
    batches.addAll(wrapped);
    if (ended) {
      end();
    }
    return wrapped;
  }

  /** Hands a batch over; does nothing if it is closed already. */
  void deliver(Wrapped wrapped, SynchronousSink<ImageBatch> receiver) {
    if (take(wrapped)) {
      receiver.next(wrapped.batch());
    }
  }

  private synchronized boolean take(Wrapped wrapped) {
    return batches.remove(wrapped);
  }

  /** The flow has ended, in whatever way: closes what nobody received and will receive. */
  synchronized void end() {
    ended = true;
    batches.forEach(wrapped -> wrapped.batch().close());
    batches.clear();
  }
}
