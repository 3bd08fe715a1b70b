package io.taustream.teacher;

import io.taustream.storage.TaustreamException;

/** Which device a teacher shall run on. */
public sealed interface Device {
  /** CUDA where the runtime offers it and it starts, else the CPU. */
  record Auto() implements Device {}

  /** The CPU. */
  record Cpu() implements Device {}

  /**
   * One NVIDIA GPU, or an error.
   *
   * @param index the GPU's number, from 0
   */
  record Cuda(int index) implements Device {}

  /**
   * Reads {@code auto}, {@code cpu}, {@code cuda} or {@code cuda:N}.
   *
   * @throws TaustreamException for any other text
   */
  static Device parse(String text) {
    if (text.matches("cuda:\\d{1,4}")) {
      return new Cuda(Integer.parseInt(text.substring("cuda:".length())));
    }
    return switch (text) {
      case "auto" -> new Auto();
      case "cpu" -> new Cpu();
      case "cuda" -> new Cuda(0);
      default ->
          throw new TaustreamException(
              "device '" + text + "' is unknown; allowed: auto, cpu, cuda, cuda:N");
    };
  }
}
