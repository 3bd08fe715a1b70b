package io.taustream.pipeline.command;

import io.taustream.teacher.ModelFile;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** What a model needs beside its own files. */
final class ModelOptions {
  @Option(
      names = "--custom-operators",
      paramLabel = "LIBRARY",
      description = "A library with operators that ONNX Runtime does not have. Its code is run.")
  private Path library;

  ModelFile addTo(ModelFile model) {
    return Optional.ofNullable(library).map(model::withCustomOperators).orElse(model);
  }
}
