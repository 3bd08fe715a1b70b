package io.taustream.storage.object;

import io.taustream.storage.TaustreamException;

/** There is no such object, bucket or folder. */
public final class ObjectNotFoundException extends TaustreamException {
  private static final long serialVersionUID = 1L;

  public ObjectNotFoundException(String message) {
    super(message);
  }

  public ObjectNotFoundException(String message, Throwable cause) {
    super(message, cause);
  }
}
