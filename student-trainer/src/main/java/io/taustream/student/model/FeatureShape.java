package io.taustream.student.model;

/**
 * The shape of one sample's features between two layers, channels first. A vector has height and
 * width 1.
 *
 * @param channels at least 1
 * @param height in pixels, at least 1
 * @param width in pixels, at least 1
 */
record FeatureShape(int channels, int height, int width) {
  FeatureShape {
    if (channels < 1 || height < 1 || width < 1) {
      throw new IllegalArgumentException(
          "features of %d x %d x %d are empty".formatted(channels, height, width));
    }
  }

  static FeatureShape vector(int channels) {
    return new FeatureShape(channels, 1, 1);
  }

  /** Pixels of one channel. */
  long area() {
    return (long) height * width;
  }
}
