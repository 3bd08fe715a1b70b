package io.taustream.pipeline.graph;

import io.taustream.storage.TaustreamException;

/** Another process works on a run. */
public final class RunHeldException extends TaustreamException {
  private static final long serialVersionUID = 1L;

  RunHeldException(String message) {
    super(message);
  }
}
