package io.taustream.student.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import io.taustream.student.model.NetworkStudent;
import io.taustream.student.model.PixelNormalisation;
import io.taustream.student.model.StudentModels;
import io.taustream.student.model.TrainingSteps;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class OnnxExportTest {
  private static final int SIZE = 32;
  private static final PixelNormalisation NORMALISATION = PixelNormalisation.IMAGENET;

  static Stream<Arguments> models() {
    return Stream.concat(
        StudentModels.names().stream()
            .map(model -> Arguments.of(model, model.equals("resnet18") ? 64 : SIZE)),
        Stream.of(
            Arguments.of("resnet18", 224),
            Arguments.of("resnet8", 28),
            Arguments.of("wrn_16_1", 28),
            Arguments.of("vgg8", 28),
            Arguments.of("vgg8", 64),
            Arguments.of("mobilenet_v2", 28),
            Arguments.of("shufflenet_v1", 28),
            Arguments.of("shufflenet_v2", 28)));
  }

  private static NetworkStudent student(String model, int size) {
    return StudentModels.create(model, 10, size, NORMALISATION, 3, Device.cpu());
  }

  @ParameterizedTest
  @MethodSource("models")
  void givesTheLogitsOfTheStudentInOnnxRuntime(String model, int size) throws OrtException {
    int count = size == 224 ? 1 : 4;
    byte[] pixels = new byte[count * size * size * 3];
    new Random(5).nextBytes(pixels);
    try (NetworkStudent student = student(model, size)) {
      // Parameters and running statistics move away from their first values.
      for (int step = 0; step < 2; step++) {
        TrainingSteps.take(student, 0.01, step);
      }
      // Until those describe the features, a deep network's logits run into the thousands, where
      // one float32 step is more than the tolerance.
      for (int pass = 0; pass < 12; pass++) {
        byte[] batch = new byte[pixels.length];
        new Random(pass).nextBytes(batch);
        logits(student, batch, true);
      }
      float[] expected = logits(student, pixels, false);

      float[] found = run(OnnxExport.model(student), normalised(pixels, size), size);

      assertThat(found).hasSameSizeAs(expected);
      for (int i = 0; i < expected.length; i++) {
        assertThat(found[i]).isCloseTo(expected[i], within(1e-4f));
      }
      assertThat(expected).doesNotContain(Float.NaN);
    }
  }

  @Test
  void statesItsInputOutputAndMetadata() throws OrtException {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (NetworkStudent student = student("resnet8", SIZE);
        OrtSession.SessionOptions options = new OrtSession.SessionOptions();
        OrtSession session = environment.createSession(OnnxExport.model(student), options)) {
      TensorInfo input = (TensorInfo) session.getInputInfo().get("input").getInfo();
      TensorInfo output = (TensorInfo) session.getOutputInfo().get("logits").getInfo();
      assertThat(input.getShape()).containsExactly(-1, 3, 32, 32);
      assertThat(output.getShape()).containsExactly(-1, 10);
      assertThat(session.getMetadata().getCustomMetadata())
          .containsEntry("taustream.model", "resnet8")
          .containsEntry("taustream.classes", "10")
          .containsEntry("taustream.size", "32");
    }
  }

  @Test
  void writesACardThatSaysHowToFeedTheModel() {
    try (NetworkStudent student = student("resnet8", SIZE)) {
      assertThat(OnnxExport.card(student))
          .isEqualTo(
              """
              # How to feed this model; written by Taustream with the export of a resnet8.
              size: 32
              layout: nchw
              channels: rgb
              mean: [0.485, 0.456, 0.406]
              deviation: [0.229, 0.224, 0.225]
              range: 255
              output: logits
              output-kind: logits
              classes: 10
              """);
    }
  }

  private static float[] logits(NetworkStudent student, byte[] pixels, boolean training) {
    int size = student.imageSize();
    ByteBuffer buffer = ByteBuffer.allocateDirect(pixels.length).put(pixels).flip();
    try (NDManager step = student.manager().newSubManager()) {
      NDArray images =
          step.create(
              buffer, new Shape(pixels.length / (3L * size * size), size, size, 3), DataType.UINT8);
      return student.logits(images, training).toFloatArray();
    }
  }

  private static float[] run(byte[] model, float[] input, int size) throws OrtException {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions();
        OrtSession session = environment.createSession(model, options);
        OnnxTensor tensor =
            OnnxTensor.createTensor(
                environment,
                FloatBuffer.wrap(input),
                new long[] {input.length / (3L * size * size), 3, size, size});
        OrtSession.Result result = session.run(Map.of("input", tensor))) {
      FloatBuffer logits = ((OnnxTensor) result.get("logits").orElseThrow()).getFloatBuffer();
      float[] values = new float[logits.remaining()];
      logits.get(values);
      return values;
    }
  }

  private static float[] normalised(byte[] pixels, int size) {
    float[] values = new float[pixels.length];
    int area = size * size;
    for (int i = 0; i < pixels.length; i++) {
      int channel = i % 3;
      int pixel = i / 3 % area;
      int image = i / 3 / area;
      double scaled = Byte.toUnsignedInt(pixels[i]) / 255.0;
      values[(image * 3 + channel) * area + pixel] =
          (float)
              ((scaled - NORMALISATION.mean().get(channel))
                  / NORMALISATION.deviation().get(channel));
    }
    return values;
  }
}
