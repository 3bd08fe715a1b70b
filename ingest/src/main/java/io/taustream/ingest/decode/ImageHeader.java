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

  static ImageHeader read(byte[] bytes) throws UndecodableImageException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    if (bytes.length >= 24 && buffer.getLong(0) == PNG_SIGNATURE && buffer.getInt(12) == PNG_IHDR) {
      return new ImageHeader("PNG", buffer.getInt(16), buffer.getInt(20));
    }
    if (bytes.length >= 4 && (buffer.getShort(0) & 0xFFFF) == JPEG_START) {
      return jpeg(buffer);
    }
    throw new UndecodableImageException(
        bytes.length == 0
            ? "it is empty"
            : "it is neither JPEG nor PNG: it begins with " + start(bytes));
  }

  /** Walks the segments up to the first start-of-frame. */
  private static ImageHeader jpeg(ByteBuffer bytes) throws UndecodableImageException {
    int at = 2;
    while (at + 9 < bytes.limit()) {
      if ((bytes.get(at) & 0xFF) != 0xFF) {
        throw new UndecodableImageException("its JPEG segments are damaged at byte " + at);
      }
      int marker = bytes.get(at + 1) & 0xFF;
      if (marker == 0xFF) {
        at++;
      } else if (isStartOfFrame(marker)) {
        int height = bytes.getShort(at + 5) & 0xFFFF;
        int width = bytes.getShort(at + 7) & 0xFFFF;
        return new ImageHeader("JPEG", width, height);
      } else {
        at += 2 + (bytes.getShort(at + 2) & 0xFFFF);
      }
    }
    throw new UndecodableImageException("the JPEG ends before its size is told");
  }

  /** SOF0 to SOF15, without DHT (C4), JPG (C8) and DAC (CC), which lie among them. */
  private static boolean isStartOfFrame(int marker) {
    return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
  }

  private static String start(byte[] bytes) {
    StringBuilder hex = new StringBuilder();
    for (int i = 0; i < Math.min(8, bytes.length); i++) {
      hex.append(i == 0 ? "" : " ").append("%02x".formatted(bytes[i]));
    }
    return hex.toString();
  }
}
