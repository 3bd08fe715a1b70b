package io.taustream.pipeline;

import io.taustream.pipeline.command.TaustreamCommand;

/** Where the process begins. */
public final class Main {
  private Main() {}

  public static void main(String[] arguments) {
    System.exit(TaustreamCommand.execute(arguments));
  }
}
