package io.taustream.student.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.function.IntToDoubleFunction;

/** Turns images into a network's input. Its constants live as long as the manager that it takes. */
final class PixelInput {
  private static final int CHANNELS = 3;

  private final String student;
  private final int imageSize;
  private final NDArray scale;
  private final NDArray offset;

  /**
   * @param student what errors call it
   * @param imageSize width and height in pixels
   */
  PixelInput(String student, int imageSize, PixelNormalisation normalisation, NDManager manager) {
    this.student = student;
    this.imageSize = imageSize;
    this.scale =
        channels(manager, c -> 1 / (PixelNormalisation.RANGE * normalisation.deviation().get(c)));
    this.offset =
        channels(manager, c -> -normalisation.mean().get(c) / normalisation.deviation().get(c));
  }

  private static NDArray channels(NDManager manager, IntToDoubleFunction value) {
    float[] values = new float[CHANNELS];
    for (int c = 0; c < CHANNELS; c++) {
      values[c] = (float) value.applyAsDouble(c);
    }
    return manager.create(values, new Shape(1, CHANNELS, 1, 1));
  }

  /**
   * Normalises.
   *
   * @param images unsigned bytes, N × size × size × 3
   * @return float32, N × 3 × size × size, channels last in memory, on the images' manager
   * @throws IllegalArgumentException if the images are of another shape or type
   */
  NDArray of(NDArray images) {
    Shape expected = new Shape(images.getShape().get(0), imageSize, imageSize, CHANNELS);
    if (!images.getShape().equals(expected) || images.getDataType() != DataType.UINT8) {
      throw new IllegalArgumentException(
          "%s takes unsigned bytes of %s, not %s of %s"
              .formatted(student, expected, images.getDataType(), images.getShape()));
    }
    // The transposition is a view, so the input stays channels-last in memory, and with it every
    // feature map: libtorch's convolutions and batch normalisation run a third faster that way.
    try (NDArray pixels = images.toType(DataType.FLOAT32, true)) {
      NDArray input = pixels.transpose(0, 3, 1, 2);
      input.muli(scale).addi(offset);
      return input;
    }
  }
}
