package io.taustream.ingest.view;

/**
 * A rectangle of an image, in whole pixels.
 *
 * @param left first column, from 0
 * @param top first row, from 0
 */
record Region(int left, int top, int width, int height) {
  /** The whole of an image. */
  static Region whole(int width, int height) {
    return new Region(0, 0, width, height);
  }
}
