package io.taustream.storage.document;

import io.taustream.storage.TaustreamException;

/**
 * A document says something that is not allowed. The message is {@code file:line: key.path: found
 * ...; ... is allowed}; line and key path are left out where there is none.
 */
public final class DocumentException extends TaustreamException {
  private static final long serialVersionUID = 1L;

  public DocumentException(String message) {
    super(message);
  }

  public DocumentException(String message, Throwable cause) {
    super(message, cause);
  }
}
