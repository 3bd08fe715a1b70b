package io.taustream.storage.label;

import io.taustream.storage.TaustreamException;

/** A label file was replaced or removed in the store while it was read there. */
public final class LabelsChangedException extends TaustreamException {
  private static final long serialVersionUID = 1L;

  LabelsChangedException(String message) {
    super(message);
  }

  LabelsChangedException(String message, Throwable cause) {
    super(message, cause);
  }
}
