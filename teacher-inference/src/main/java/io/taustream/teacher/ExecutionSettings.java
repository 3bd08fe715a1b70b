package io.taustream.teacher;

import io.taustream.storage.TaustreamException;
import java.util.Optional;

/**
 * How a teacher runs.
 *
 * @param device where, unless the teacher's card says so
 * @param threads ONNX Runtime's threads within one operator on the CPU, at least 1, the calling
 *     thread included; operators run one after the other
 */
public record ExecutionSettings(Device device, int threads) {
  public ExecutionSettings {
    if (threads < 1) {
      throw new TaustreamException("teacher threads are " + threads + "; allowed: 1 or more");
    }
  }

  /** These settings on the card's device, where it names one. */
  ExecutionSettings on(Optional<Device> cards) {
    return new ExecutionSettings(cards.orElse(device), threads);
  }
}
