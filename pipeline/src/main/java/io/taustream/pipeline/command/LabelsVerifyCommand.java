package io.taustream.pipeline.command;

import io.taustream.pipeline.config.RunConfig;
import io.taustream.pipeline.graph.LabelVerification;
import io.taustream.pipeline.graph.Resources;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code taustream labels verify}. */
@Command(
    name = "verify",
    mixinStandardHelpOptions = true,
    description =
        "Reads every label file and its shard: are they whole, and still true to each other?")
final class LabelsVerifyCommand implements Callable<Integer> {
  @Mixin private ConfigFile config;
  @Mixin private Output output;

  @Override
  public Integer call() {
    RunConfig run = config.read();
    try (Resources resources = new Resources(run)) {
      LabelVerification.Summary summary =
          new LabelVerification(run, resources, VersionProvider.version()).run();
      Map<String, Object> json = new LinkedHashMap<>();
      json.put("shards", summary.shards());
      json.put("rows", summary.rows());
      json.put("problems", summary.problems());
      String text =
          "%d label files, %,d rows: %s"
              .formatted(
                  summary.shards(),
                  summary.rows(),
                  summary.problems().isEmpty()
                      ? "whole and true to their shards"
                      : summary.problems().size()
                          + " problems\n"
                          + String.join("\n", summary.problems()));
      output.print(json, text);
      return summary.problems().isEmpty() ? ExitStatus.DONE : ExitStatus.FAILED;
    }
  }
}
