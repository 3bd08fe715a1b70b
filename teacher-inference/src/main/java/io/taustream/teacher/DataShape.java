package io.taustream.teacher;

import java.util.List;

/**
 * What the data set has, as far as a teacher must fit it.
 *
 * @param classes the number of classes
 * @param imageSize width and height of a view, in pixels
 * @param classNames the classes' names in order; empty where they are not known
 */
public record DataShape(int classes, int imageSize, List<String> classNames) {
  public DataShape {
    classNames = List.copyOf(classNames);
  }

  /** Classes without names. */
  public DataShape(int classes, int imageSize) {
    this(classes, imageSize, List.of());
  }
}
