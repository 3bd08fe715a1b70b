package io.taustream.student.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import io.taustream.student.model.Student.NamedTensor;
import java.nio.ByteBuffer;
import java.util.Random;

/** Steps of plain gradient descent on cross-entropy over random images with random labels. */
public final class TrainingSteps {
  private static final int BATCH = 8;

  private TrainingSteps() {}

  /** Images that are a function of the seed. */
  static NDArray images(NDManager manager, int count, int size, long seed) {
    byte[] bytes = new byte[count * size * size * 3];
    new Random(seed).nextBytes(bytes);
    ByteBuffer pixels = ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
    return manager.create(pixels, new Shape(count, size, size, 3), DataType.UINT8);
  }

  /**
   * Takes one step.
   *
   * @param seed images and labels are a function of it
   * @return the loss before the step
   */
  public static float take(Student student, double rate, long seed) {
    try (NDManager step = student.manager().newSubManager()) {
      NDArray images = images(step, BATCH, student.imageSize(), seed);
      long[] labels = new Random(seed).longs(BATCH, 0, student.classes()).toArray();
      NDArray targets = step.create(labels, new Shape(BATCH, 1));
      float value;
      try (GradientCollector collector = TorchEngine.get().newGradientCollector()) {
        NDArray loss = student.logits(images, true).logSoftmax(1).gather(targets, 1).mean().neg();
        collector.backward(loss);
        value = loss.getFloat();
      }
      Autograd.pause(() -> student.parameters().forEach(parameter -> descend(parameter, rate)));
      return value;
    }
  }

  private static void descend(NamedTensor parameter, double rate) {
    try (NDArray gradient = parameter.tensor().getGradient();
        NDArray change = gradient.mul(rate)) {
      parameter.tensor().subi(change);
      gradient.muli(0);
    }
  }
}
