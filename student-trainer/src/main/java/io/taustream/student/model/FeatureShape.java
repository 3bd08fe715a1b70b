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

  FeatureShape withChannels(int number) {
    return new FeatureShape(number, height, width);
  }

  /**
   * What a square window that moves over the features gives.
   *
   * @param padding rows and columns added on each side
   * @throws IllegalArgumentException if the window fits nowhere
   */
  FeatureShape windowed(int window, int stride, int padding) {
    return new FeatureShape(
        channels, places(height, window, stride, padding), places(width, window, stride, padding));
  }

  private static int places(int size, int window, int stride, int padding) {
    return Math.floorDiv(size + 2 * padding - window, stride) + 1;
  }

  /** Pixels of one channel. */
  long area() {
    return (long) height * width;
  }
}
