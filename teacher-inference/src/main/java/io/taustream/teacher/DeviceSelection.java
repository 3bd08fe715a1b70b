package io.taustream.teacher;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtProvider;
import ai.onnxruntime.OrtSession.SessionOptions;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Chooses the execution provider for a session and says in the log which and why.
 *
 * <p>The CUDA path is written to ONNX Runtime's documentation and has not run on a GPU yet.
 */
final class DeviceSelection {
  private static final Logger LOG = LoggerFactory.getLogger(DeviceSelection.class);

  private DeviceSelection() {}

  /** The names of the execution providers that the runtime offers, such as {@code CPU}. */
  static List<String> providers() {
    return OrtEnvironment.getAvailableProviders().stream()
        .map(provider -> provider.getName().replace("ExecutionProvider", ""))
        .sorted()
        .toList();
  }

  /**
   * Adds the provider to the options, if it is not the CPU's, which every session has.
   *
   * @return {@code cpu} or {@code cuda:N}
   * @throws io.taustream.storage.TaustreamException if a GPU is asked for and there is none
   */
  static String select(ModelFile model, Device wanted, SessionOptions options) {
    if (wanted instanceof Device.Cuda cuda) {
      return cuda(model, cuda.index(), options);
    }
    String reason =
        wanted instanceof Device.Cpu ? "the settings say so" : whyNoCuda(options).orElse("");
    String device = reason.isEmpty() ? "cuda:0" : "cpu";
    LOG.info(
        "{} runs on {}: {}",
        model.uri(),
        device,
        reason.isEmpty() ? "ONNX Runtime offers CUDA" : reason);
    return device;
  }

  private static String cuda(ModelFile model, int index, SessionOptions options) {
    if (!offersCuda()) {
      throw model.failure(
          "device cuda:%d is asked for, but this ONNX Runtime offers only %s; use the build with profile 'gpu', or device: cpu"
              .formatted(index, providers()));
    }
    try {
      options.addCUDA(index);
    } catch (OrtException e) {
      throw model.failure(
          "cuda:%d does not start: %s; check driver and device number, or use device: cpu"
              .formatted(index, RuntimeMessage.of(e)),
          e);
    }
    LOG.info("{} runs on cuda:{}: the settings say so", model.uri(), index);
    return "cuda:" + index;
  }

  /** Tries to add CUDA; empty if that went well. */
  private static Optional<String> whyNoCuda(SessionOptions options) {
    if (!offersCuda()) {
      return Optional.of("this ONNX Runtime offers only " + providers());
    }
    try {
      options.addCUDA(0);
      return Optional.empty();
    } catch (OrtException e) {
      return Optional.of("CUDA is offered but does not start: " + RuntimeMessage.of(e));
    }
  }

  private static boolean offersCuda() {
    return OrtEnvironment.getAvailableProviders().contains(OrtProvider.CUDA);
  }
}
