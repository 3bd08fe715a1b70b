package io.taustream.teacher;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtProvider;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.TensorInfo;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A model in ONNX Runtime: opens it on a device, describes it and runs it on tensors that lie over
 * the caller's memory.
 *
 * <p>Operators run one after the other, each on the set number of threads, which do not spin while
 * they wait: the cores are shared with decoding and training. {@link OrtEnvironment} is one for the
 * process; the runtime frees it in a shutdown hook of its own, so nobody closes it.
 *
 * <p>The CUDA path is written to ONNX Runtime's documentation and has not run on a GPU yet.
 */
final class OnnxSession implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(OnnxSession.class);

  private final ModelFile model;
  private final OrtEnvironment environment;
  private final SessionOptions options;
  private final OrtSession session;
  private final String device;

  private OnnxSession(
      ModelFile model,
      OrtEnvironment environment,
      SessionOptions options,
      OrtSession session,
      String device) {
    this.model = model;
    this.environment = environment;
    this.options = options;
    this.session = session;
    this.device = device;
  }

  /**
   * Opens a model.
   *
   * @throws io.taustream.storage.TaustreamException if the runtime refuses the model or the device
   */
  static OnnxSession open(ModelFile model, ExecutionSettings settings) {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    SessionOptions options = new SessionOptions();
    try {
      options.setInterOpNumThreads(1);
      options.setIntraOpNumThreads(settings.threads());
      options.addConfigEntry("session.intra_op.allow_spinning", "0");
      options.setCPUArenaAllocator(true);
      options.setDeterministicCompute(true);
      String device = chooseDevice(model, settings.device(), options);
      OrtSession session = environment.createSession(model.path().toString(), options);
      return new OnnxSession(model, environment, options, session, device);
    } catch (OrtException e) {
      options.close();
      throw model.failure(
          "ONNX Runtime %s refuses it: %s; export it again with operators and an opset that this version knows"
              .formatted(environment.getVersion(), firstLine(e)),
          e);
    } catch (RuntimeException e) {
      options.close();
      throw e;
    }
  }

  private static String chooseDevice(ModelFile model, Device wanted, SessionOptions options)
      throws OrtException {
    Set<OrtProvider> offered = OrtEnvironment.getAvailableProviders();
    boolean cudaOffered = offered.contains(OrtProvider.CUDA);
    String reason;
    if (wanted instanceof Device.Cuda cuda) {
      if (!cudaOffered) {
        throw model.failure(
            "device cuda:%d is asked for, but this ONNX Runtime offers only %s; use the build with profile 'gpu', or device: cpu"
                .formatted(cuda.index(), providerNames(offered)));
      }
      try {
        options.addCUDA(cuda.index());
      } catch (OrtException e) {
        throw model.failure(
            "cuda:%d does not start: %s; check driver and device number, or use device: cpu"
                .formatted(cuda.index(), firstLine(e)),
            e);
      }
      LOG.info("{} runs on cuda:{}: the configuration says so", model.uri(), cuda.index());
      return "cuda:" + cuda.index();
    } else if (wanted instanceof Device.Cpu) {
      reason = "the configuration says so";
    } else if (!cudaOffered) {
      reason = "this ONNX Runtime offers only " + providerNames(offered);
    } else {
      try {
        options.addCUDA(0);
        LOG.info("{} runs on cuda:0: ONNX Runtime offers CUDA", model.uri());
        return "cuda:0";
      } catch (OrtException e) {
        reason = "CUDA is offered but does not start: " + firstLine(e);
      }
    }
    LOG.info("{} runs on cpu: {}", model.uri(), reason);
    return "cpu";
  }

  /** The names of the execution providers that the runtime offers, such as {@code CPU}. */
  static List<String> providers() {
    return providerNames(OrtEnvironment.getAvailableProviders());
  }

  private static List<String> providerNames(Collection<OrtProvider> providers) {
    return providers.stream()
        .map(p -> p.getName().replace("ExecutionProvider", ""))
        .sorted()
        .toList();
  }

  String device() {
    return device;
  }

  /** What the model says of itself. */
  ModelDescription describe() {
    try {
      return new ModelDescription(
          tensors(session.getInputInfo().values()),
          tensors(session.getOutputInfo().values()),
          model.structure().producer(),
          model.structure().opset(),
          session.getMetadata().getCustomMetadata(),
          model.structure().outputOperators());
    } catch (OrtException e) {
      throw model.failure("ONNX Runtime cannot describe it: " + firstLine(e), e);
    }
  }

  /**
   * Runs the model and lets it write its output where {@code output} lies.
   *
   * @param input direct, in native order, exactly as long as the shape says
   * @param output likewise; nothing but the named output is computed
   */
  void run(Tensor input, Tensor output) {
    try (OnnxTensor in = tensor(input);
        OnnxTensor out = tensor(output);
        OrtSession.Result result =
            session.run(Map.of(input.name(), in), Map.of(output.name(), out))) {
      if (result.get(0) != out) {
        throw new IllegalStateException("ONNX Runtime did not use the pinned output");
      }
    } catch (OrtException e) {
      throw model.failure("labelling failed in ONNX Runtime: " + firstLine(e), e);
    }
  }

  /** Runs the model and returns the shape that the named output then has. */
  List<Long> probe(Tensor input, String output) {
    try (OnnxTensor in = tensor(input);
        OrtSession.Result result = session.run(Map.of(input.name(), in), Set.of(output))) {
      OnnxValue value = result.get(0);
      return value.getInfo() instanceof TensorInfo info ? shape(info) : List.of();
    } catch (OrtException e) {
      throw model.failure("a first run in ONNX Runtime failed: " + firstLine(e), e);
    }
  }

  private OnnxTensor tensor(Tensor tensor) throws OrtException {
    long[] shape = tensor.shape().stream().mapToLong(Long::longValue).toArray();
    return OnnxTensor.createTensor(environment, tensor.bytes(), shape, tensor.type());
  }

  private static List<TensorDescription> tensors(Collection<NodeInfo> nodes) {
    List<TensorDescription> tensors = new ArrayList<>();
    for (NodeInfo node : nodes) {
      if (node.getInfo() instanceof TensorInfo info) {
        tensors.add(new TensorDescription(node.getName(), typeName(info.type), shape(info)));
      } else {
        String kind = node.getInfo().getClass().getSimpleName().replace("Info", "");
        tensors.add(
            new TensorDescription(node.getName(), kind.toLowerCase(Locale.ROOT), List.of()));
      }
    }
    return tensors;
  }

  private static List<Long> shape(TensorInfo info) {
    return Arrays.stream(info.getShape()).boxed().toList();
  }

  private static String typeName(OnnxJavaType type) {
    return switch (type) {
      case FLOAT -> "float32";
      case DOUBLE -> "float64";
      default -> type.name().toLowerCase(Locale.ROOT);
    };
  }

  private static String firstLine(OrtException e) {
    return e.getMessage().lines().findFirst().orElse(e.getCode().name());
  }

  @Override
  public void close() {
    try {
      session.close();
    } catch (OrtException e) {
      throw model.failure("ONNX Runtime cannot close it: " + firstLine(e), e);
    } finally {
      options.close();
    }
  }

  /**
   * A named tensor over someone else's memory.
   *
   * @param bytes direct and in native order; read or written in place
   */
  record Tensor(String name, OnnxJavaType type, List<Long> shape, ByteBuffer bytes) {}
}
