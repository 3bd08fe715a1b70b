package io.taustream.teacher;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.TensorInfo;
import com.sun.management.OperatingSystemMXBean;
import io.taustream.storage.TaustreamException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
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
 */
final class OnnxSession implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(OnnxSession.class);

  private final ModelFile model;
  private final OrtEnvironment environment;
  private final SessionOptions options;
  private final OrtSession session;
  private final Device device;
  private final BatchFit fit;

  private OnnxSession(
      ModelFile model,
      OrtEnvironment environment,
      SessionOptions options,
      OrtSession session,
      Device device,
      BatchFit fit) {
    this.model = model;
    this.environment = environment;
    this.options = options;
    this.session = session;
    this.device = device;
    this.fit = fit;
  }

  /**
   * Opens a model on the first device of those that {@link DeviceSelection} chooses which starts,
   * and says in the log which and why.
   *
   * @throws TaustreamException if the runtime refuses the model or the device
   */
  static OnnxSession open(ModelFile model, ExecutionSettings settings) {
    return open(model, settings, DeviceSelection.ofRuntime(), LinuxMemory.ofSystem());
  }

  /** Likewise, with what the runtime offers and the memory's gauge chosen by the caller. */
  static OnnxSession open(
      ModelFile model, ExecutionSettings settings, DeviceSelection offered, MemoryGauge memory) {
    refuseMoreThanAllMemory(model);
    DeviceSelection.Choice choice = offered.choose(model, settings.device());
    StringBuilder why = new StringBuilder(choice.why());
    for (Iterator<ExecutionProvider> tried = choice.providers().iterator(); ; ) {
      ExecutionProvider provider = tried.next();
      String device = provider.device().text();
      try {
        OnnxSession session = open(model, provider, settings.threads(), memory);
        LOG.info("{} runs on {}: {}", model.uri(), device, why);
        return session;
      } catch (OrtException e) {
        if (!tried.hasNext()) {
          throw refusal(model, provider, e);
        }
        why.append("; ").append(device).append(" does not start: ").append(RuntimeMessage.of(e));
      }
    }
  }

  private static OnnxSession open(
      ModelFile model, ExecutionProvider provider, int threads, MemoryGauge memory)
      throws OrtException {
    boolean onCpu = provider.device() instanceof Device.Cpu;
    if (onCpu) {
      refuseMoreThanAvailable(model, memory);
    }
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    SessionOptions options = new SessionOptions();
    try {
      options.setInterOpNumThreads(1);
      options.setIntraOpNumThreads(threads);
      options.addConfigEntry("session.intra_op.allow_spinning", "0");
      options.setCPUArenaAllocator(true);
      options.setDeterministicCompute(true);
      // Below this the runtime prints on standard error what it also throws.
      options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
      registerCustomOperators(model, options);
      provider.addTo(options);
      OrtSession session = environment.createSession(model.path().toString(), options);
      Optional<MemoryForecast> forecast =
          onCpu ? Optional.of(new MemoryForecast(memory)) : Optional.empty();
      return new OnnxSession(
          model, environment, options, session, provider.device(), new BatchFit(model, forecast));
    } catch (OrtException | RuntimeException e) {
      options.close();
      throw e;
    }
  }

  private static TaustreamException refusal(
      ModelFile model, ExecutionProvider provider, OrtException e) {
    if (RuntimeMessage.isOutOfMemory(e)) {
      return tooLarge(model, e);
    }
    return provider.device() instanceof Device.Cpu
        ? model.failure(
            "ONNX Runtime %s refuses it: %s; export it again with operators and an opset that this version knows, or name the library of its custom operators"
                .formatted(OrtEnvironment.getEnvironment().getVersion(), RuntimeMessage.of(e)),
            e)
        : model.failure(
            "it does not start on %s: %s; check driver and device, or use device: cpu"
                .formatted(provider.device().text(), RuntimeMessage.of(e)),
            e);
  }

  Device device() {
    return device;
  }

  /** How many rows it is fed at once, under whatever card. */
  BatchFit fit() {
    return fit;
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
      throw model.failure("ONNX Runtime cannot describe it: " + RuntimeMessage.of(e), e);
    }
  }

  /**
   * Runs the model and lets it write its output where {@code output} lies.
   *
   * @param input direct, in native order, exactly as long as the shape says
   * @param output likewise; nothing but the named output is computed
   * @throws OutOfModelMemoryException if the device has less memory than the model needs
   * @throws TaustreamException if it fails otherwise
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
      if (RuntimeMessage.isOutOfMemory(e)) {
        throw tooLarge(model, e);
      }
      throw model.failure("labelling failed in ONNX Runtime: " + RuntimeMessage.of(e), e);
    }
  }

  /** Runs the model and returns the shape that the named output then has. */
  List<Long> probe(Tensor input, String output) {
    try (OnnxTensor in = tensor(input);
        OrtSession.Result result = session.run(Map.of(input.name(), in), Set.of(output))) {
      OnnxValue value = result.get(0);
      return value.getInfo() instanceof TensorInfo info ? shape(info) : List.of();
    } catch (OrtException e) {
      if (RuntimeMessage.isOutOfMemory(e)) {
        throw tooLarge(model, e);
      }
      throw model.failure("a first run in ONNX Runtime failed: " + RuntimeMessage.of(e), e);
    }
  }

  private static void registerCustomOperators(ModelFile model, SessionOptions options) {
    model
        .customOperators()
        .ifPresent(
            library -> {
              try {
                options.registerCustomOpLibrary(library.toAbsolutePath().toString());
              } catch (OrtException e) {
                throw model.failure(
                    "ONNX Runtime cannot load its custom operators: %s; a library is needed that exports RegisterCustomOps and was built for this machine"
                        .formatted(RuntimeMessage.of(e)),
                    e);
              }
            });
  }

  /** The runtime would begin to load it, and the operating system end the process. */
  private static void refuseMoreThanAllMemory(ModelFile model) {
    long memory =
        ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
    long needed = model.bytes();
    if (memory > 0 && needed > memory) {
      throw model.failure(
          "it needs more memory than there is: its weights take %d MiB, this machine has %d MiB; use a smaller model, or a machine with more memory"
              .formatted(needed >> 20, memory >> 20));
    }
  }

  /** Linux would grant the memory, and end the process when the tensor is written. */
  private static void refuseMoreThanAvailable(ModelFile model, MemoryGauge memory) {
    model
        .structure()
        .largestTensor()
        .filter(tensor -> tensor.bytes() > memory.available().orElse(Long.MAX_VALUE))
        .ifPresent(
            tensor -> {
              throw new OutOfModelMemoryException(
                  model,
                  "its tensor '%s' alone takes %d MiB for one image, and %d MiB are available"
                      .formatted(
                          tensor.name(), tensor.bytes() >> 20, memory.available().orElse(0) >> 20),
                  null);
            });
  }

  private static OutOfModelMemoryException tooLarge(ModelFile model, OrtException e) {
    return new OutOfModelMemoryException(model, RuntimeMessage.of(e), e);
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

  @Override
  public void close() {
    try {
      session.close();
    } catch (OrtException e) {
      throw model.failure("ONNX Runtime cannot close it: " + RuntimeMessage.of(e), e);
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
