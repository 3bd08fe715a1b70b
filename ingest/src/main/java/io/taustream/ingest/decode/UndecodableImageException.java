package io.taustream.ingest.decode;

/** The bytes are no image that can be decoded; the message says why, in a few words. */
public final class UndecodableImageException extends Exception {
  private static final long serialVersionUID = 1L;

  public UndecodableImageException(String reason) {
    super(reason);
  }

  public UndecodableImageException(String reason, Throwable cause) {
    super(reason, cause);
  }
}
