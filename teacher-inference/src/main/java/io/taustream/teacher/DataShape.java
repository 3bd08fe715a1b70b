package io.taustream.teacher;

/**
 * What the data set has, as far as a teacher must fit it.
 *
 * @param classes the number of classes
 * @param imageSize width and height of a view, in pixels
 */
public record DataShape(int classes, int imageSize) {}
