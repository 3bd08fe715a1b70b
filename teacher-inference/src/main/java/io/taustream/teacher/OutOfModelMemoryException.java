package io.taustream.teacher;

import io.taustream.storage.TaustreamException;

/** A model needs more memory than its device has, or has left. With fewer rows it may do. */
final class OutOfModelMemoryException extends TaustreamException {
  private static final long serialVersionUID = 1;

  /** What the runtime, or the forecast of what it would need, says. */
  private final String reason;

  OutOfModelMemoryException(ModelFile model, String reason, Throwable cause) {
    super(
        "model %s: it needs more memory than there is: %s; use a smaller batch or model, or a machine with more memory"
            .formatted(model.uri(), reason),
        cause);
    this.reason = reason;
  }

  String reason() {
    return reason;
  }
}
