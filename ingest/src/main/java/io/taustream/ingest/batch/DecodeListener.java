package io.taustream.ingest.batch;

/** Is told about decoding, for measurements. Called from the decoding threads. */
@FunctionalInterface
public interface DecodeListener {
  /**
   * Some images were decoded.
   *
   * @param images that were decoded
   * @param nanos that one thread was busy with them, views included
   */
  void decoded(int images, long nanos);
}
