package io.taustream.storage.label;

import io.taustream.storage.TaustreamException;

/** A label file is truncated, changed or not one; the message names file and place. */
public final class DamagedLabelFileException extends TaustreamException {
  private static final long serialVersionUID = 1L;

  public DamagedLabelFileException(String message) {
    super(message);
  }

  public DamagedLabelFileException(String message, Throwable cause) {
    super(message, cause);
  }
}
