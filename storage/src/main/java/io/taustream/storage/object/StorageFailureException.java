package io.taustream.storage.object;

import io.taustream.storage.TaustreamException;

/**
 * A store could not be asked: it was not reached, did not answer in time, was too busy, refused the
 * credentials, or the disk failed. It says nothing of the object, and the same request may succeed
 * later, so whoever runs for long waits and asks again.
 */
public final class StorageFailureException extends TaustreamException {
  private static final long serialVersionUID = 1L;

  StorageFailureException(String message, Throwable cause) {
    super(message, cause);
  }
}
