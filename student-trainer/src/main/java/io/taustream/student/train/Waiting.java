package io.taustream.student.train;

import java.util.HashSet;
import java.util.Set;

/**
 * The batches of one flow that wait for their work. Reactor's operators may drop what they hold
 * when they are cancelled while it arrives; here every batch has one owner at all times: either
 * this, or the work that took it. On its way through those operators a batch is wrapped, so that no
 * discard hook closes what is still owned here. Thread-safe.
 */
final class Waiting {
  private final Set<Ticket> tickets = new HashSet<>();
  private boolean ended;

  /** A batch that may be taken, once. */
  static final class Ticket {
    private final TrainingBatch batch;

    private Ticket(TrainingBatch batch) {
      this.batch = batch;
    }

    TrainingBatch batch() {
      return batch;
    }
  }

  /** Takes over a batch; closes it where the flow has ended. */
  synchronized Ticket add(TrainingBatch batch) {
    Ticket ticket = new Ticket(batch);
    if (ended) {
      batch.close();
    } else {
      tickets.add(ticket);
    }
    return ticket;
  }

  /** Hands a batch over to the caller; false if it is closed already. */
  synchronized boolean take(Ticket ticket) {
    return tickets.remove(ticket);
  }

  /** The flow has ended, in whatever way: closes what no work will take. */
  synchronized void end() {
    ended = true;
    tickets.forEach(ticket -> ticket.batch.close());
    tickets.clear();
  }
}
