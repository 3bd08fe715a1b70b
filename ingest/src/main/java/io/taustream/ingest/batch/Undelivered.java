package io.taustream.ingest.batch;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/**
 * The batches of one flow that are made but not handed on. Reactor's merging operators drop what
 * they hold when they are cancelled without a word to anybody; here every batch has an owner at all
 * times: either this, or whoever got it. Thread-safe.
 */
final class Undelivered {
  private final Set<ImageBatch> batches = Collections.newSetFromMap(new IdentityHashMap<>());
  private boolean ended;

  /** Takes over new batches; closes them where the flow has ended. */
  synchronized void add(List<ImageBatch> made) {
    if (ended) {
      made.forEach(ImageBatch::close);
    } else {
      batches.addAll(made);
    }
  }

  /** Hands a batch over to the caller; false if it is closed already. */
  synchronized boolean deliver(ImageBatch batch) {
    return batches.remove(batch);
  }

  /** The flow has ended, in whatever way: closes what nobody received and will receive. */
  synchronized void end() {
    ended = true;
    batches.forEach(ImageBatch::close);
    batches.clear();
  }
}
