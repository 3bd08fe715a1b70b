package io.taustream.student.model;

import ai.djl.Device;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import io.taustream.storage.TaustreamException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A student whose network is a TorchScript module: float32 N × 3 × size × size, normalised, to
 * logits, float32 N × classes. It starts with the weights in its file. What needs a gradient there
 * is trained; all else, buffers and frozen parameters, is state that the module itself may change.
 *
 * <p>A scripted module follows training and evaluation; a traced one stays in the mode in which it
 * was traced. A module that draws random numbers, for dropout say, draws them from libtorch's
 * generator, which every training pass starts anew from the student's seed and the number of passes
 * so far; that number is one of the {@link #statistics()}, so that a resumed run draws the same.
 *
 * <p>That generator is the whole process's: students whose modules draw random numbers are trained
 * one at a time in a process. Side by side, what each draws would depend on how their passes meet.
 *
 * <p>libtorch runs the module's graph as it stands, without optimising it to the inputs that it has
 * seen: a resumed run has seen others.
 */
public final class TorchScriptStudent implements Student {
  /** The state that is the student's own. No tensor of a module can have this name. */
  private static final String PASSES = "training passes";

  private final String name;
  private final int classes;
  private final int imageSize;
  private final PixelNormalisation normalisation;
  private final TorchScriptArchive origin;
  private final NDManager manager;
  private final PixelInput input;
  private final PtSymbolBlock module;
  private final List<NamedTensor> parameters = new ArrayList<>();
  private final List<NamedTensor> statistics = new ArrayList<>();
  private final CounterRandom seeds;
  private final NDArray passes;
  private boolean inTraining;

  private TorchScriptStudent(
      String name,
      TorchScriptArchive origin,
      int classes,
      int imageSize,
      PixelNormalisation normalisation,
      long seed,
      NDManager manager) {
    this.name = name;
    this.classes = classes;
    this.imageSize = imageSize;
    this.normalisation = normalisation;
    this.origin = origin;
    this.manager = manager;
    this.input = new PixelInput(name, imageSize, normalisation, manager);
    this.module = load(name, origin, manager);
    for (NDArray tensor : JniUtils.moduleGetParams(module, (PtNDManager) manager)) {
      (tensor.hasGradient() ? parameters : statistics)
          .add(new NamedTensor(tensor.getName(), tensor));
    }
    this.seeds = new CounterRandom(seed, PASSES);
    this.passes = manager.create(new long[1]);
    statistics.add(new NamedTensor(PASSES, passes));
    JniUtils.enableInferenceMode(module);
  }

  /**
   * Loads a module and tries it on images of zeros, in evaluation mode.
   *
   * @param name what reports and errors call it, such as its file's name
   * @param file the TorchScript file's bytes
   * @param seed of the random numbers that the module draws, if it does
   * @throws TaustreamException if the file is no TorchScript, nothing in it is trainable, a
   *     trainable tensor is not float32, the module fails, or what it gives is not N × classes
   */
  public static TorchScriptStudent load(
      String name,
      byte[] file,
      int classes,
      int imageSize,
      PixelNormalisation normalisation,
      long seed,
      Device device) {
    TorchScriptArchive archive = TorchScriptArchive.of(name, file);
    NDManager manager = TorchEngine.get().newBaseManager(device);
    try {
      TorchScriptStudent student =
          new TorchScriptStudent(name, archive, classes, imageSize, normalisation, seed, manager);
      TorchScriptProbe.require(student);
      return student;
    } catch (RuntimeException e) {
      manager.close();
      throw e;
    }
  }

  /** Like {@link #load(String, byte[], int, int, PixelNormalisation, long, Device)}. */
  public static TorchScriptStudent load(
      String name,
      byte[] file,
      int classes,
      int imageSize,
      PixelNormalisation normalisation,
      long seed,
      StudentDevice device) {
    return load(name, file, classes, imageSize, normalisation, seed, device.device());
  }

  private static PtSymbolBlock load(String name, TorchScriptArchive archive, NDManager manager) {
    try {
      return JniUtils.loadModule(
          (PtNDManager) manager, new ByteArrayInputStream(archive.withoutBuffers()), true, false);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (EngineException e) {
      throw new TaustreamException(
          "Student module %s cannot be loaded: %s; write it with torch.jit.script(module).save(…) of a PyTorch that is not newer than libtorch %s"
              .formatted(name, TorchScriptProbe.reason(e), TorchEngine.get().getVersion()),
          e);
    }
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public int classes() {
    return classes;
  }

  @Override
  public int imageSize() {
    return imageSize;
  }

  @Override
  public PixelNormalisation normalisation() {
    return normalisation;
  }

  @Override
  public NDManager manager() {
    return manager;
  }

  @Override
  public NDArray logits(NDArray images, boolean training) {
    if (!training) {
      return Autograd.pause(() -> run(images, false)).get(0);
    }
    Autograd.pause(
        () -> {
          passes.addi(1);
        });
    Torch.seed(seeds.whole(passes.getLong(0)));
    return run(images, true).get(0);
  }

  /** What the module gives, whatever that is. */
  NDList run(NDArray images, boolean training) {
    if (training != inTraining) {
      switchTo(training);
    }
    JniUtils.setGraphExecutorOptimize(false);
    // A module may reshape its features with view(), which channels-last ones do not allow.
    try (NDArray pixels = input.of(images);
        NDArray features = Torch.contiguous(pixels)) {
      return IValueUtils.forward(module, new NDList(features), training);
    }
  }

  private void switchTo(boolean training) {
    if (training) {
      JniUtils.enableTrainingMode(module);
    } else {
      JniUtils.enableInferenceMode(module);
    }
    inTraining = training;
  }

  @Override
  public List<NamedTensor> parameters() {
    return List.copyOf(parameters);
  }

  @Override
  public List<NamedTensor> statistics() {
    return List.copyOf(statistics);
  }

  /**
   * The module as a TorchScript file with the values that it has now, in evaluation mode: what
   * {@code torch.jit.load} reads.
   */
  public byte[] toTorchScript() {
    switchTo(false);
    ByteArrayOutputStream saved = new ByteArrayOutputStream();
    JniUtils.writeModule(module, saved, false);
    return TorchScriptArchive.of(name, saved.toByteArray()).withBuffersOf(origin);
  }

  @Override
  public void close() {
    manager.close();
  }
}
