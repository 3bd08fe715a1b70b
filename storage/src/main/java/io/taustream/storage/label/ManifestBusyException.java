package io.taustream.storage.label;

import io.taustream.storage.TaustreamException;

/** Others wrote the manifest each time that this process tried to. */
final class ManifestBusyException extends TaustreamException {
  private static final long serialVersionUID = 1L;

  ManifestBusyException(String message, Throwable cause) {
    super(message, cause);
  }
}
