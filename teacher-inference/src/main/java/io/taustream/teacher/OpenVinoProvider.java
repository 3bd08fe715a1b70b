package io.taustream.teacher;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtProvider;
import ai.onnxruntime.OrtSession.SessionOptions;
import java.util.Optional;

/**
 * Intel's CPUs, GPUs and NPUs by OpenVINO. Written to ONNX Runtime's documentation; no build of the
 * runtime that offers it is published for Java, and it has not run yet. OpenVINO has threads of its
 * own: those of {@link ExecutionSettings} count for the operators that are left to the CPU's
 * provider only.
 */
record OpenVinoProvider(Device.OpenVino device) implements ExecutionProvider {
  @Override
  public OrtProvider name() {
    return OrtProvider.OPEN_VINO;
  }

  @Override
  public String source() {
    return "use a build of ONNX Runtime that has it (-Donnxruntime.native.path=FOLDER)";
  }

  @Override
  public Optional<String> onlyByChoice() {
    return Optional.of(
        "on the CPU it gains little over the runtime's own kernels, on GPU and NPU it computes in half precision unless told otherwise, and both change labels");
  }

  @Override
  public void addTo(SessionOptions options) throws OrtException {
    options.addOpenVINO(device.name());
  }
}
