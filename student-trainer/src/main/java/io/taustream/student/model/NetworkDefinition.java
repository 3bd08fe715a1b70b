package io.taustream.student.model;

/** A model of the registry: makes its layers for a number of classes and an image size. */
@FunctionalInterface
interface NetworkDefinition {
  /**
   * Describes the network.
   *
   * @param classes at least 2
   * @param imageSize width and height in pixels
   * @return layers that take 3 × size × size features and give a vector of {@code classes}
   */
  Layer layers(int classes, int imageSize);
}
