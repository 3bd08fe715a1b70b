package io.taustream.ingest.view;

import io.taustream.ingest.decode.RgbImage;
import java.util.Arrays;

/**
 * Scaling of RGB images, bilinear without aliasing, pixel for pixel as Pillow's {@code
 * Image.resize(…, BILINEAR)} and so as torchvision's transforms on Pillow images. It is computed
 * here, in integers, because a view must be the same on every machine: a vectorised library rounds
 * as its instruction set does.
 */
final class Resampler {
  private static final int CHANNELS = RgbImage.CHANNELS;
  private static final int HALF = 1 << (Taps.FRACTION - 1);

  private Resampler() {}

  /** A region of an image scaled to {@code width × height}. */
  static RgbImage scale(RgbImage image, Region region, int width, int height) {
    return scale(image, region, width, height, Region.whole(width, height));
  }

  /**
   * A region of an image scaled to {@code width × height}, of which only {@code window} is computed
   * and returned.
   */
  static RgbImage scale(RgbImage image, Region region, int width, int height, Region window) {
    if (region.width() == width && region.height() == height) {
      return cut(image, region.left() + window.left(), region.top() + window.top(), window);
    }
    Taps across = Taps.triangle(region.width(), width, window.left(), window.width());
    Taps down = Taps.triangle(region.height(), height, window.top(), window.height());
    byte[] rows = across(image, region, across, down.low(), down.high());
    byte[] rgb = down(rows, window.width() * CHANNELS, down);
    return new RgbImage(window.width(), window.height(), rgb);
  }

  /** Pixels as they are, from a column and a row on. */
  private static RgbImage cut(RgbImage image, int left, int top, Region window) {
    int rowLength = window.width() * CHANNELS;
    byte[] rgb = new byte[window.height() * rowLength];
    for (int y = 0; y < window.height(); y++) {
      int from = ((top + y) * image.width() + left) * CHANNELS;
      System.arraycopy(image.rgb(), from, rgb, y * rowLength, rowLength);
    }
    return new RgbImage(window.width(), window.height(), rgb);
  }

  /** Rows {@code low} to {@code high} of the region, scaled along x. */
  private static byte[] across(RgbImage image, Region region, Taps taps, int low, int high) {
    byte[] source = image.rgb();
    int columns = taps.first().length;
    byte[] target = new byte[(high - low) * columns * CHANNELS];
    int out = 0;
    for (int y = low; y < high; y++) {
      int row = ((region.top() + y) * image.width() + region.left()) * CHANNELS;
      for (int x = 0; x < columns; x++) {
        int red = HALF;
        int green = HALF;
        int blue = HALF;
        int in = row + taps.first()[x] * CHANNELS;
        int weights = x * taps.stride();
        for (int i = 0; i < taps.count()[x]; i++, in += CHANNELS) {
          int weight = taps.weights()[weights + i];
          red += (source[in] & 0xFF) * weight;
          green += (source[in + 1] & 0xFF) * weight;
          blue += (source[in + 2] & 0xFF) * weight;
        }
        target[out++] = pixel(red);
        target[out++] = pixel(green);
        target[out++] = pixel(blue);
      }
    }
    return target;
  }

  /** Scales rows of {@code rowLength} bytes along y; the first of them is row {@code low()}. */
  private static byte[] down(byte[] source, int rowLength, Taps taps) {
    int rows = taps.first().length;
    byte[] target = new byte[rows * rowLength];
    int[] sums = new int[rowLength];
    for (int y = 0; y < rows; y++) {
      Arrays.fill(sums, HALF);
      int row = (taps.first()[y] - taps.low()) * rowLength;
      for (int i = 0; i < taps.count()[y]; i++, row += rowLength) {
        int weight = taps.weights()[y * taps.stride() + i];
        for (int x = 0; x < rowLength; x++) {
          sums[x] += (source[row + x] & 0xFF) * weight;
        }
      }
      for (int x = 0; x < rowLength; x++) {
        target[y * rowLength + x] = pixel(sums[x]);
      }
    }
    return target;
  }

  /** Weights are rounded one by one, so that a sum may pass white by a little. */
  private static byte pixel(int sum) {
    return (byte) Math.max(0, Math.min(255, sum >> Taps.FRACTION));
  }
}
