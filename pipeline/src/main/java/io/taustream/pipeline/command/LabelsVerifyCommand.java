package io.taustream.pipeline.command;

import io.taustream.pipeline.config.RunConfig;
import io.taustream.pipeline.graph.LabelRecomputation;
import io.taustream.pipeline.graph.LabelVerification;
import io.taustream.pipeline.graph.Resources;
import io.taustream.storage.TaustreamException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code taustream labels verify}. */
@Command(
    name = "verify",
    mixinStandardHelpOptions = true,
    description =
        "Reads every label file and its shard: are they whole, and still true to each other?")
final class LabelsVerifyCommand implements Callable<Integer> {
  @Mixin private ConfigFile config;
  @Mixin private Output output;

  @Option(
      names = "--recompute",
      paramLabel = "N",
      description = "Also run N rows, spread over shards and views, through the teacher again.")
  private Optional<Integer> recompute = Optional.empty();

  @Option(
      names = "--recompute-seed",
      paramLabel = "SEED",
      description =
          "What the choice of these rows follows from; the configuration's seed if absent.")
  private Optional<Long> seed = Optional.empty();

  @Override
  public Integer call() {
    if (recompute.isPresent() && recompute.get() < 1) {
      throw new TaustreamException(
          "--recompute is %d; at least 1 row is expected".formatted(recompute.get()));
    }
    RunConfig run = config.read();
    try (Resources resources = new Resources(run)) {
      LabelVerification.Summary read =
          new LabelVerification(run, resources, VersionProvider.version()).run();
      Optional<LabelRecomputation.Summary> again =
          recompute.map(
              rows ->
                  new LabelRecomputation(run, resources, VersionProvider.version())
                      .run(rows, seed.orElse(run.seed())));
      List<String> problems = new ArrayList<>(read.problems());
      again.ifPresent(summary -> problems.addAll(summary.problems()));
      output.print(json(read, again, problems), text(read, again, problems));
      return problems.isEmpty() ? ExitStatus.DONE : ExitStatus.FAILED;
    }
  }

  private static Map<String, Object> json(
      LabelVerification.Summary read,
      Optional<LabelRecomputation.Summary> again,
      List<String> problems) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("shards", read.shards());
    json.put("rows", read.rows());
    again.ifPresent(
        summary -> {
          json.put("recomputed", summary.rows());
          json.put("exact", summary.exact());
        });
    json.put("problems", problems);
    return json;
  }

  private static String text(
      LabelVerification.Summary read,
      Optional<LabelRecomputation.Summary> again,
      List<String> problems) {
    String recomputed =
        again
            .map(
                summary ->
                    "; %,d rows recomputed, %,d equal to the bit"
                        .formatted(summary.rows(), summary.exact()))
            .orElse("");
    return "%d label files, %,d rows%s: %s"
        .formatted(
            read.shards(),
            read.rows(),
            recomputed,
            problems.isEmpty()
                ? "whole and true to their shards"
                : problems.size() + " problems\n" + String.join("\n", problems));
  }
}
