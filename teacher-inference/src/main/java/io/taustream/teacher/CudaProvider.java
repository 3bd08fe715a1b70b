package io.taustream.teacher;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtProvider;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.providers.OrtCUDAProviderOptions;
import java.util.Optional;

/**
 * NVIDIA GPUs by CUDA and cuDNN. Written to ONNX Runtime's documentation; it has not run on a GPU
 * yet.
 *
 * <p>cuDNN's algorithms are chosen by its heuristic. The runtime's default is to time them all,
 * again for every new shape, and what is fastest may be another one next time: labels made again
 * would differ. Device memory is taken as it is asked for, not in powers of two, so that a larger
 * batch fits.
 */
record CudaProvider(Device.Cuda device) implements ExecutionProvider {
  @Override
  public OrtProvider name() {
    return OrtProvider.CUDA;
  }

  @Override
  public String source() {
    return "use the build with profile 'gpu'";
  }

  @Override
  public Optional<String> onlyByChoice() {
    return Optional.empty();
  }

  @Override
  public void addTo(SessionOptions options) throws OrtException {
    try (OrtCUDAProviderOptions cuda = new OrtCUDAProviderOptions(device.index())) {
      cuda.add("cudnn_conv_algo_search", "HEURISTIC");
      cuda.add("arena_extend_strategy", "kSameAsRequested");
      options.addCUDA(cuda);
    }
  }
}
