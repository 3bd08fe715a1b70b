package io.taustream.pipeline.command;

import io.taustream.pipeline.config.RunConfig;
import io.taustream.pipeline.graph.Evaluating;
import io.taustream.pipeline.graph.Resources;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code taustream export}. */
@Command(
    name = "export",
    mixinStandardHelpOptions = true,
    description = {
      "Writes the student's last checkpoint as ONNX, or as TorchScript if it came as such,",
      "with its card beside it."
    })
final class ExportCommand implements Callable<Integer> {
  @Mixin private ConfigFile config;
  @Mixin private Output output;

  @Option(
      names = "--output",
      required = true,
      paramLabel = "FILE.onnx|FILE.pt",
      description = "The model's file; the card becomes FILE.yaml.")
  private Path file;

  @Override
  public Integer call() {
    RunConfig run = config.read();
    try (Resources resources = new Resources(run)) {
      Evaluating.Exported exported =
          new Evaluating(run, resources, VersionProvider.version()).export(file);
      Map<String, Object> result = new LinkedHashMap<>();
      result.put("model", exported.model().toString());
      result.put("card", exported.card().toString());
      result.put("student", run.student().name());
      result.put("step", exported.step());
      result.put("bytes", exported.bytes());
      output.print(
          result,
          "%s after step %d: %s (%,d bytes), card %s"
              .formatted(
                  run.student().name(),
                  exported.step(),
                  exported.model(),
                  exported.bytes(),
                  exported.card()));
    }
    return ExitStatus.DONE;
  }
}
