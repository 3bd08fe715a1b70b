package io.taustream.storage;

/**
 * A failure that the person who runs Taustream can act on. The message is one line: what failed,
 * what was found, what is allowed or expected, and what to do. The command line prints it as it is,
 * without a stack trace, and exits with status 1.
 */
public class TaustreamException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public TaustreamException(String message) {
    super(message);
  }

  public TaustreamException(String message, Throwable cause) {
    super(message, cause);
  }
}
