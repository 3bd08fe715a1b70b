package io.taustream.student.model;

/**
 * A model of the registry.
 *
 * @param smallestImage the least width and height in pixels: below it a layer with stride 2 would
 *     see a single pixel
 * @param description its layers
 */
record NetworkDefinition(int smallestImage, Description description) {
  /** Describes a network for a number of classes and an image size. */
  @FunctionalInterface
  interface Description {
    /**
     * The network's layers.
     *
     * @param classes at least 2
     * @param imageSize width and height in pixels, at least the smallest
     * @return layers that take 3 × size × size features and give a vector of {@code classes}
     */
    Layer layers(int classes, int imageSize);
  }
}
