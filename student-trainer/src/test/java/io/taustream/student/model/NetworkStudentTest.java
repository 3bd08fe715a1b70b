package io.taustream.student.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;

class NetworkStudentTest {
  private static NetworkStudent resnet8() {
    return StudentModels.create("resnet8", 10, 32, PixelNormalisation.IMAGENET, 7, Device.cpu());
  }

  static NDArray images(NDManager manager, int count, int size, long seed) {
    ByteBuffer pixels = ByteBuffer.allocateDirect(count * size * size * 3);
    byte[] bytes = new byte[pixels.capacity()];
    new Random(seed).nextBytes(bytes);
    pixels.put(bytes).flip();
    return manager.create(pixels, new Shape(count, size, size, 3), DataType.UINT8);
  }

  @Test
  void learnsABatchByHeart() {
    try (NetworkStudent student = resnet8()) {
      float first = 0;
      float last = 0;
      for (int step = 0; step < 60; step++) {
        last = step(student, 0.1f);
        first = step == 0 ? last : first;
      }
      assertThat(first).isGreaterThan(1.5f);
      assertThat(last).isLessThan(first / 4);
    }
  }

  /** One step of plain gradient descent on cross-entropy over eight random images. */
  static float step(NetworkStudent student, float rate) {
    try (NDManager step = student.manager().newSubManager()) {
      NDArray images = images(step, 8, student.imageSize(), 1);
      NDArray labels = step.arange(8).toType(DataType.INT64, false).reshape(8, 1);
      float value;
      try (GradientCollector collector = Engine.getEngine("PyTorch").newGradientCollector()) {
        NDArray loss = student.logits(images, true).logSoftmax(1).gather(labels, 1).mean().neg();
        collector.backward(loss);
        value = loss.getFloat();
      }
      student.update(
          () ->
              student
                  .parameters()
                  .forEach(
                      parameter -> {
                        try (NDArray gradient = parameter.tensor().getGradient()) {
                          gradient.attach(step);
                          parameter.tensor().subi(gradient.mul(rate));
                          gradient.subi(gradient);
                        }
                      }));
      return value;
    }
  }

  @Test
  void refusesImagesOfAnotherSize() {
    try (NetworkStudent student = resnet8();
        NDManager step = student.manager().newSubManager()) {
      NDArray images = images(step, 2, 28, 1);
      assertThatThrownBy(() -> student.logits(images, false))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("(2, 32, 32, 3)")
          .hasMessageContaining("(2, 28, 28, 3)");
    }
  }
}
