package io.taustream.teacher;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtProvider;
import ai.onnxruntime.OrtSession.SessionOptions;
import java.util.Optional;

/**
 * GPUs of any maker on Windows by DirectML. Written to ONNX Runtime's documentation; no build of
 * the runtime that offers it is published for Java, and it has not run yet. It can do without
 * memory patterns only.
 */
record DirectMlProvider(Device.DirectMl device) implements ExecutionProvider {
  @Override
  public OrtProvider name() {
    return OrtProvider.DIRECT_ML;
  }

  @Override
  public String source() {
    return "use a build of ONNX Runtime that has it (-Donnxruntime.native.path=FOLDER)";
  }

  @Override
  public Optional<String> onlyByChoice() {
    return Optional.of(
        "it has been seen to return zeros without an error where the GPU's memory was short (onnxruntime issue 13545)");
  }

  @Override
  public void addTo(SessionOptions options) throws OrtException {
    options.setMemoryPatternOptimization(false);
    options.addDirectML(device.index());
  }
}
