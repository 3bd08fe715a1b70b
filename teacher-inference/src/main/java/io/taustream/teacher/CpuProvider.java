package io.taustream.teacher;

import ai.onnxruntime.OrtProvider;
import ai.onnxruntime.OrtSession.SessionOptions;
import java.util.Optional;

/** The runtime's own kernels on the CPU, which every session has. */
record CpuProvider(Device.Cpu device) implements ExecutionProvider {
  @Override
  public OrtProvider name() {
    return OrtProvider.CPU;
  }

  @Override
  public String source() {
    return "use any build of ONNX Runtime";
  }

  @Override
  public Optional<String> onlyByChoice() {
    return Optional.empty();
  }

  @Override
  public void addTo(SessionOptions options) {
    // It is there without being asked for.
  }
}
