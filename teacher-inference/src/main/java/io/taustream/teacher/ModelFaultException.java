package io.taustream.teacher;

import io.taustream.storage.TaustreamException;

/**
 * A model, its card or what else lies beside it is wrong: it fails so again until one of them is
 * changed. A card that is no card is a {@link io.taustream.storage.document.DocumentException}.
 */
public final class ModelFaultException extends TaustreamException {
  private static final long serialVersionUID = 1L;

  public ModelFaultException(String message) {
    super(message);
  }

  public ModelFaultException(String message, Throwable cause) {
    super(message, cause);
  }
}
