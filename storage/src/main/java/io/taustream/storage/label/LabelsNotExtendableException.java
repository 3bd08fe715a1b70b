package io.taustream.storage.label;

import io.taustream.storage.TaustreamException;

/** Views cannot be added to a label file: it is damaged, or not of the shard as it was read now. */
public final class LabelsNotExtendableException extends TaustreamException {
  private static final long serialVersionUID = 1L;

  public LabelsNotExtendableException(String message) {
    super(message);
  }
}
