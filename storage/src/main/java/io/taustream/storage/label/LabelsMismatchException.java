package io.taustream.storage.label;

import io.taustream.storage.TaustreamException;

/** A store or label file was made for other data, another teacher, view or encoding. */
public final class LabelsMismatchException extends TaustreamException {
  private static final long serialVersionUID = 1L;

  public LabelsMismatchException(String message) {
    super(message);
  }
}
