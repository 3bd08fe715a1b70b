package io.taustream.pipeline.command;

import io.taustream.pipeline.config.RunConfig;
import io.taustream.storage.TaustreamException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Parameters;

/** The configuration file that a command is given. */
final class ConfigFile {
  @Parameters(index = "0", paramLabel = "CONFIG", description = "The run's configuration, YAML.")
  private Path file;

  RunConfig read() {
    return RunConfig.read(file);
  }

  /** The file as it is written, for the report. */
  String text() {
    return text(file);
  }

  /** Any configuration file as it is written. */
  static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new TaustreamException("cannot read " + file + ": " + e.getMessage(), e);
    }
  }
}
