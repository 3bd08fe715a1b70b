package io.taustream.storage.label;

import io.taustream.storage.TaustreamException;

/** A shard has no labels, or only labels of another version of it: it must be labelled first. */
public final class LabelsMissingException extends TaustreamException {
  private static final long serialVersionUID = 1L;

  public LabelsMissingException(String message) {
    super(message);
  }
}
