package io.taustream.teacher;

import io.taustream.storage.TaustreamException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which device a teacher shall run on. Each but {@link Auto} has an {@link ExecutionProvider},
 * which says what ONNX Runtime needs for it.
 */
public sealed interface Device {
  /** What {@link #parse} takes, for messages. */
  String ALLOWED =
      "auto, cpu, cuda, cuda:N, tensorrt, tensorrt:N, openvino, openvino:DEVICE, directml, directml:N";

  /**
   * The first of what {@link DeviceSelection} takes on its own, that the runtime offers and that
   * starts.
   */
  record Auto() implements Device {
    @Override
    public String text() {
      return "auto";
    }
  }

  /** The CPU. */
  record Cpu() implements Device {
    @Override
    public String text() {
      return "cpu";
    }
  }

  /**
   * One NVIDIA GPU, or an error.
   *
   * @param index the GPU's number, from 0
   */
  record Cuda(int index) implements Device {
    @Override
    public String text() {
      return "cuda:" + index;
    }
  }

  /**
   * One NVIDIA GPU by TensorRT, or an error.
   *
   * @param index the GPU's number, from 0
   */
  record TensorRt(int index) implements Device {
    @Override
    public String text() {
      return "tensorrt:" + index;
    }
  }

  /**
   * What OpenVINO calls a device, or an error.
   *
   * @param name such as {@code CPU}, {@code GPU}, {@code GPU.1}, {@code NPU}, {@code AUTO:GPU,CPU}
   */
  record OpenVino(String name) implements Device {
    @Override
    public String text() {
      return "openvino:" + name;
    }
  }

  /**
   * One DirectX 12 adapter of Windows, or an error.
   *
   * @param index the adapter's number, from 0
   */
  record DirectMl(int index) implements Device {
    @Override
    public String text() {
      return "directml:" + index;
    }
  }

  /** The text that {@link #parse} reads as this device. */
  String text();

  /**
   * Reads {@value #ALLOWED}; without N the first, without DEVICE {@code CPU}.
   *
   * @throws TaustreamException for any other text
   */
  static Device parse(String text) {
    Matcher matcher =
        Pattern.compile(
                "(auto|cpu)|(cuda|tensorrt|directml)(?::(\\d{1,4}))?|openvino(?::([A-Z][A-Z0-9_.:,-]*))?")
            .matcher(text);
    if (!matcher.matches()) {
      throw new TaustreamException("device '" + text + "' is unknown; allowed: " + ALLOWED);
    }
    if (matcher.group(1) != null) {
      return text.equals("cpu") ? new Cpu() : new Auto();
    }
    if (matcher.group(2) == null) {
      return new OpenVino(matcher.group(4) == null ? "CPU" : matcher.group(4));
    }
    int index = matcher.group(3) == null ? 0 : Integer.parseInt(matcher.group(3));
    return switch (matcher.group(2)) {
      case "cuda" -> new Cuda(index);
      case "tensorrt" -> new TensorRt(index);
      default -> new DirectMl(index);
    };
  }
}
