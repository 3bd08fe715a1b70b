package io.taustream.ingest.decode;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Walks a JPEG's segments (ITU-T T.81, annex B) up to its pixels. It finds what OpenCV would decode
 * without complaint to other pixels than the image's: a file that is cut off, whose rest OpenCV
 * makes up, and CMYK that was not written as Adobe does, which OpenCV would turn to its negative.
 * Not thread-safe.
 */
final class JpegHeader {
  private static final int FIRST_SEGMENT = 2;
  private static final int CMYK = 4;
  private static final byte[] ADOBE = "Adobe".getBytes(StandardCharsets.US_ASCII);

  /** Markers: start of frame 0 to 15, of which three are none; end, start of scan, APP14. */
  private static final int SOF0 = 0xC0;

  private static final int SOF15 = 0xCF;
  private static final int DHT = 0xC4;
  private static final int JPG = 0xC8;
  private static final int DAC = 0xCC;
  private static final int EOI = 0xD9;
  private static final int SOS = 0xDA;
  private static final int APP14 = 0xEE;

  private final ByteBuffer bytes;
  private ImageHeader frame;
  private int components;
  private boolean adobe;

  private JpegHeader(ByteBuffer bytes) {
    this.bytes = bytes;
  }

  /**
   * @param bytes of a whole file, which begin with the start-of-image marker
   */
  static ImageHeader read(ByteBuffer bytes) throws UndecodableImageException {
    JpegHeader header = new JpegHeader(bytes);
    int scan = header.walk();
    if (header.frame == null) {
      throw new UndecodableImageException("the JPEG's pixels come before its size");
    }
    if (header.components == CMYK && !header.adobe) {
      throw new UndecodableImageException(
          "the JPEG has four channels and no Adobe marker, so that their meaning is unknown");
    }
    if (!header.endsAfter(scan)) {
      throw new UndecodableImageException("the JPEG is cut off: it has no end marker");
    }
    return header.frame;
  }

  /** Reads the segments; returns where the first scan begins. */
  private int walk() throws UndecodableImageException {
    int at = FIRST_SEGMENT;
    while (at + 4 <= bytes.limit()) {
      if (unsigned(at) != 0xFF) {
        throw new UndecodableImageException("the JPEG's segments are damaged at byte " + at);
      }
      int marker = unsigned(at + 1);
      if (marker == 0xFF) {
        at++;
        continue;
      }
      int length = bytes.getShort(at + 2) & 0xFFFF;
      if (marker == SOS) {
        return at;
      }
      if (at + 2 + length > bytes.limit()) {
        break;
      }
      segment(marker, at + 4, length - 2);
      at += 2 + length;
    }
    throw new UndecodableImageException("the JPEG is cut off before its pixels");
  }

  private void segment(int marker, int at, int length) {
    if (isStartOfFrame(marker) && length >= 6) {
      int height = bytes.getShort(at + 1) & 0xFFFF;
      int width = bytes.getShort(at + 3) & 0xFFFF;
      components = unsigned(at + 5);
      frame = new ImageHeader("JPEG", width, height);
    } else if (marker == APP14 && length >= ADOBE.length) {
      byte[] name = new byte[ADOBE.length];
      bytes.get(at, name);
      adobe = Arrays.equals(name, ADOBE);
    }
  }

  /** Whether the end marker is there; among compressed pixels it cannot occur. */
  private boolean endsAfter(int scan) {
    for (int at = bytes.limit() - 2; at > scan; at--) {
      if (unsigned(at) == 0xFF && unsigned(at + 1) == EOI) {
        return true;
      }
    }
    return false;
  }

  private int unsigned(int at) {
    return bytes.get(at) & 0xFF;
  }

  private static boolean isStartOfFrame(int marker) {
    return marker >= SOF0 && marker <= SOF15 && marker != DHT && marker != JPG && marker != DAC;
  }
}
