package io.taustream.ingest.view;

import io.taustream.ingest.decode.RgbImage;

/**
 * The shorter side scaled to a size, then the middle cut out: as torchvision's {@code Resize} and
 * {@code CenterCrop}, with the same rounding.
 */
final class CentreCrop {
  private CentreCrop() {}

  /** The image as {@code size × size}; the image itself where it has that size. */
  static RgbImage of(RgbImage image, int size) {
    if (image.width() == size && image.height() == size) {
      return image;
    }
    long shorter = Math.min(image.width(), image.height());
    int width = (int) (size * (long) image.width() / shorter);
    int height = (int) (size * (long) image.height() / shorter);
    // Halves to the even neighbour, as Python's round().
    Region middle =
        new Region(
            (int) Math.rint((width - size) / 2.0),
            (int) Math.rint((height - size) / 2.0),
            size,
            size);
    Region whole = Region.whole(image.width(), image.height());
    return Resampler.scale(image, whole, width, height, middle);
  }
}
