package io.taustream.teacher;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtProvider;
import ai.onnxruntime.OrtSession.SessionOptions;
import java.util.Optional;

/**
 * What ONNX Runtime needs to run a model on a device. To add one: a record in {@link Device}, a
 * neighbour of this file copied, and a line each in {@link #of} and {@link DeviceSelection}'s list.
 */
sealed interface ExecutionProvider
    permits CpuProvider, CudaProvider, TensorRtProvider, OpenVinoProvider, DirectMlProvider {
  /** The provider of a device; empty for {@link Device.Auto}, which leaves it open. */
  static Optional<ExecutionProvider> of(Device device) {
    if (device instanceof Device.Cpu cpu) {
      return Optional.of(new CpuProvider(cpu));
    }
    if (device instanceof Device.Cuda cuda) {
      return Optional.of(new CudaProvider(cuda));
    }
    if (device instanceof Device.TensorRt tensorRt) {
      return Optional.of(new TensorRtProvider(tensorRt));
    }
    if (device instanceof Device.OpenVino openVino) {
      return Optional.of(new OpenVinoProvider(openVino));
    }
    if (device instanceof Device.DirectMl directMl) {
      return Optional.of(new DirectMlProvider(directMl));
    }
    return Optional.empty();
  }

  /** The device that it stands for. */
  Device device();

  /** What the runtime calls it. */
  OrtProvider name();

  /** Where a runtime that offers it comes from, as the end of a sentence to the user. */
  String source();

  /** Why {@code auto} never takes it; empty where it does. */
  Optional<String> onlyByChoice();

  /**
   * Has a session use it.
   *
   * @throws OrtException if it does not start: its libraries, its driver or its device are missing
   */
  void addTo(SessionOptions options) throws OrtException;
}
