package io.taustream.ingest.decode;

/**
 * A decoded image.
 *
 * @param rgb unsigned bytes, height × width × 3, row major; not changed once it is here
 */
@SuppressWarnings("ArrayRecordComponent") // pixels are handed on, never compared
public record RgbImage(int width, int height, byte[] rgb) {
  /** Red, green, blue. */
  public static final int CHANNELS = 3;

  public RgbImage {
    if (rgb.length != width * height * CHANNELS) {
      throw new IllegalArgumentException(
          "%d bytes are no %d x %d RGB image".formatted(rgb.length, width, height));
    }
  }
}
