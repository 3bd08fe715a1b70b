package io.taustream.ingest.format;

/** A sample's image as its shard holds it. */
@SuppressWarnings("ArrayRecordComponent") // pixels are handed on, never compared
public sealed interface Payload {
  /**
   * A compressed image.
   *
   * @param bytes JPEG or PNG; not changed by whoever receives it
   */
  record Encoded(byte[] bytes) implements Payload {}

  /**
   * Plain pixels.
   *
   * @param rgb unsigned bytes, height × width × 3; not changed by whoever receives it
   */
  record Pixels(int width, int height, byte[] rgb) implements Payload {}
}
