package io.taustream.benchmarks;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * ONNX Runtime and nothing else: float32 batches lie ready in native memory as tensors, the model
 * runs over one after the other, and its output is thrown away. Threads do not spin while they
 * wait, as in Taustream; all else is the runtime's default.
 */
final class BareOnnxLoop implements Contender, AutoCloseable {
  private final SessionOptions options = new SessionOptions();
  private final OrtSession session;
  private final String input;
  private final List<OnnxTensor> batches = new ArrayList<>();

  /**
   * @param model with one input, N × 3 × 32 × 32, float32
   * @param batch images in each batch but the last
   */
  BareOnnxLoop(Path model, int threads, int batch, int images) throws OrtException {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    options.setIntraOpNumThreads(threads);
    options.addConfigEntry("session.intra_op.allow_spinning", "0");
    session = environment.createSession(model.toString(), options);
    input = session.getInputNames().iterator().next();
    SplittableRandom random = new SplittableRandom(1);
    for (int from = 0; from < images; from += batch) {
      int rows = Math.min(batch, images - from);
      long[] shape = {rows, 3, Workbench.IMAGE_SIZE, Workbench.IMAGE_SIZE};
      batches.add(OnnxTensor.createTensor(environment, normalised(rows, random), shape));
    }
  }

  /** Normalised pixels have about this distribution; the runtime's speed does not depend on it. */
  private static FloatBuffer normalised(int rows, SplittableRandom random) {
    int length = rows * 3 * Workbench.IMAGE_SIZE * Workbench.IMAGE_SIZE;
    FloatBuffer pixels =
        ByteBuffer.allocateDirect(length * Float.BYTES)
            .order(ByteOrder.nativeOrder())
            .asFloatBuffer();
    for (int i = 0; i < length; i++) {
      pixels.put(i, (float) random.nextGaussian());
    }
    return pixels;
  }

  @Override
  public double round() throws OrtException {
    long begun = System.nanoTime();
    for (OnnxTensor batch : batches) {
      session.run(Map.of(input, batch)).close();
    }
    return (System.nanoTime() - begun) / 1e9;
  }

  @Override
  public void close() throws OrtException {
    batches.forEach(OnnxTensor::close);
    session.close();
    options.close();
  }
}
