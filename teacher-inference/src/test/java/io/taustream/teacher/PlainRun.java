package io.taustream.teacher;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Map;

/** ONNX Runtime alone, as its documentation uses it: what a teacher's labels are compared with. */
final class PlainRun {
  private PlainRun() {}

  /** The named output of a float32 NCHW model for normalised pixels. */
  static float[][] nchw(Path model, String output, float[] input, int rows, int size) {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(1);
      try (OrtSession session = environment.createSession(model.toString(), options);
          OnnxTensor tensor =
              OnnxTensor.createTensor(
                  environment, FloatBuffer.wrap(input), new long[] {rows, 3, size, size});
          OrtSession.Result result =
              session.run(Map.of(session.getInputNames().iterator().next(), tensor))) {
        return (float[][]) result.get(output).orElseThrow().getValue();
      }
    } catch (OrtException e) {
      throw new IllegalStateException(e);
    }
  }

  /** NHWC bytes as normalised NCHW floats, one after the other. */
  static float[] normalise(byte[] rgb, int rows, int size, double[] mean, double[] deviation) {
    float[] out = new float[rgb.length];
    int at = 0;
    for (int row = 0; row < rows; row++) {
      for (int c = 0; c < 3; c++) {
        for (int p = 0; p < size * size; p++) {
          int value = rgb[(row * size * size + p) * 3 + c] & 0xff;
          out[at++] = (float) ((value / 255.0 - mean[c]) / deviation[c]);
        }
      }
    }
    return out;
  }
}
