package io.taustream.storage.object;

import io.taustream.storage.TaustreamException;

/** A conditional write found the target in another state; nothing was written. */
public final class PreconditionFailedException extends TaustreamException {
  private static final long serialVersionUID = 1L;

  public PreconditionFailedException(String message) {
    super(message);
  }

  public PreconditionFailedException(String message, Throwable cause) {
    super(message, cause);
  }
}
