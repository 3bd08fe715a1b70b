package io.taustream.teacher;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtProvider;
import ai.onnxruntime.OrtSession.SessionOptions;
import java.util.Optional;

/**
 * NVIDIA GPUs by TensorRT, with CUDA for the operators that TensorRT lacks. Written to ONNX
 * Runtime's documentation; it has not run on a GPU yet.
 *
 * <p>TensorRT builds an engine for the shapes that it has met, and again for a batch outside their
 * range, which takes minutes. It picks its kernels by timing them, so that an engine that is built
 * again may give other last bits. The options that keep engines on disk are left to the environment
 * variables of ONNX Runtime ({@code ORT_TENSORRT_ENGINE_CACHE_ENABLE}, {@code
 * ORT_TENSORRT_CACHE_PATH}), which count only as long as no option is set here.
 */
record TensorRtProvider(Device.TensorRt device) implements ExecutionProvider {
  @Override
  public OrtProvider name() {
    return OrtProvider.TENSOR_RT;
  }

  @Override
  public String source() {
    return "use the build with profile 'gpu' and install TensorRT";
  }

  @Override
  public Optional<String> onlyByChoice() {
    return Optional.of("it builds engines for minutes and changes the last bits of labels");
  }

  @Override
  public void addTo(SessionOptions options) throws OrtException {
    options.addTensorrt(device.index());
    new CudaProvider(new Device.Cuda(device.index())).addTo(options);
  }
}
