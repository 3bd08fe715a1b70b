package io.taustream.ingest.view;

import io.taustream.ingest.decode.RgbImage;
import org.opencv.core.CvType;
import org.opencv.core.Mat;
import org.opencv.core.Rect;
import org.opencv.core.Size;
import org.opencv.imgproc.Imgproc;

/**
 * Scaling with OpenCV: by area where an image shrinks, bilinear where it grows. Both are computed
 * in fixed point for bytes, so that the result does not depend on the machine.
 */
final class Resize {
  private Resize() {}

  /** The shorter side brought to {@code size}, then the middle cut out: {@code size × size}. */
  static RgbImage centre(RgbImage image, int size) {
    int shorter = Math.min(image.width(), image.height());
    if (image.width() == size && image.height() == size) {
      return image;
    }
    int width = Math.max(size, Math.round(image.width() * (float) size / shorter));
    int height = Math.max(size, Math.round(image.height() * (float) size / shorter));
    Rect whole = new Rect(0, 0, image.width(), image.height());
    RgbImage scaled = crop(image, whole, width, height);
    return cut(scaled, (width - size) / 2, (height - size) / 2, size);
  }

  /** A part of the image, scaled to {@code width × height}. */
  static RgbImage crop(RgbImage image, Rect part, int width, int height) {
    Mat whole = new Mat(image.height(), image.width(), CvType.CV_8UC3);
    Mat scaled = new Mat();
    Mat region = null;
    try {
      whole.put(0, 0, image.rgb());
      region = whole.submat(part);
      boolean shrinks = width < part.width || height < part.height;
      Imgproc.resize(
          region,
          scaled,
          new Size(width, height),
          0,
          0,
          shrinks ? Imgproc.INTER_AREA : Imgproc.INTER_LINEAR);
      byte[] rgb = new byte[width * height * RgbImage.CHANNELS];
      scaled.get(0, 0, rgb);
      return new RgbImage(width, height, rgb);
    } finally {
      if (region != null) {
        region.release();
      }
      scaled.release();
      whole.release();
    }
  }

  private static RgbImage cut(RgbImage image, int left, int top, int size) {
    if (image.width() == size && image.height() == size) {
      return image;
    }
    byte[] rgb = new byte[size * size * RgbImage.CHANNELS];
    for (int y = 0; y < size; y++) {
      System.arraycopy(
          image.rgb(),
          ((top + y) * image.width() + left) * RgbImage.CHANNELS,
          rgb,
          y * size * RgbImage.CHANNELS,
          size * RgbImage.CHANNELS);
    }
    return new RgbImage(size, size, rgb);
  }
}
