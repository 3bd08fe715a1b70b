package io.taustream.ingest.decode;

import java.nio.ByteBuffer;

/**
 * What the first bytes of a JPEG or PNG claim, read before anything is allocated for the pixels.
 *
 * @param format {@code JPEG} or {@code PNG}
 */
record ImageHeader(String format, int width, int height) {
  private static final long PNG_SIGNATURE = 0x89504E470D0A1A0AL;
  private static final int PNG_IHDR = 0x49484452;
  private static final int JPEG_START = 0xFFD8;

  /**
   * Reads it.
   *
   * @throws UndecodableImageException if the bytes are another format, or a JPEG that would decode
   *     to pixels that are not the image's
   */
  static ImageHeader read(byte[] bytes) throws UndecodableImageException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    if (bytes.length >= 24 && buffer.getLong(0) == PNG_SIGNATURE && buffer.getInt(12) == PNG_IHDR) {
      return new ImageHeader("PNG", buffer.getInt(16), buffer.getInt(20));
    }
    if (bytes.length >= 4 && (buffer.getShort(0) & 0xFFFF) == JPEG_START) {
      return JpegHeader.read(buffer);
    }
    throw new UndecodableImageException(
        bytes.length == 0
            ? "it is empty"
            : "it is neither JPEG nor PNG: it begins with " + start(bytes));
  }

  private static String start(byte[] bytes) {
    StringBuilder hex = new StringBuilder();
    for (int i = 0; i < Math.min(8, bytes.length); i++) {
      hex.append(i == 0 ? "" : " ").append("%02x".formatted(bytes[i]));
    }
    return hex.toString();
  }
}
