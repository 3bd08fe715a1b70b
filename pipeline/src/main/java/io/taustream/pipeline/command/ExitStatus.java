package io.taustream.pipeline.command;

/** What the process says to its caller when it ends. A signal's 130 and 143 come from the JVM. */
final class ExitStatus {
  static final int DONE = 0;
  static final int FAILED = 1;
  static final int WRONG_USAGE = 2;

  private ExitStatus() {}
}
