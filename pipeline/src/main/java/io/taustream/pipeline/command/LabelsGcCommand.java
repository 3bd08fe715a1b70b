package io.taustream.pipeline.command;

import io.taustream.pipeline.config.RunConfig;
import io.taustream.pipeline.graph.UnusedLabels;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code taustream labels gc}. */
@Command(
    name = "gc",
    mixinStandardHelpOptions = true,
    description = "Lists the label files that none of the configurations uses.")
final class LabelsGcCommand implements Callable<Integer> {
  @Mixin private Output output;

  @Parameters(
      arity = "1..*",
      paramLabel = "CONFIG",
      description = "Every configuration that uses the label store; name all of them.")
  private List<Path> configs;

  @Option(names = "--delete", description = "Remove the files that are listed.")
  private boolean delete;

  @Override
  public Integer call() {
    List<RunConfig> runs = configs.stream().map(RunConfig::read).toList();
    UnusedLabels labels = new UnusedLabels(runs, VersionProvider.version());
    List<UnusedLabels.Unused> found = delete ? labels.remove() : labels.list();
    output.print(json(found), text(found));
    return found.stream().allMatch(file -> !delete || file.removed())
        ? ExitStatus.DONE
        : ExitStatus.FAILED;
  }

  private static long bytes(List<UnusedLabels.Unused> files) {
    return files.stream().mapToLong(UnusedLabels.Unused::bytes).sum();
  }

  private Map<String, Object> json(List<UnusedLabels.Unused> found) {
    List<UnusedLabels.Unused> removed =
        found.stream().filter(UnusedLabels.Unused::removed).toList();
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("unused", found.stream().map(LabelsGcCommand::json).toList());
    json.put("bytes", bytes(found));
    json.put("removed", removed.size());
    json.put("bytesRemoved", bytes(removed));
    return json;
  }

  private static Map<String, Object> json(UnusedLabels.Unused file) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("file", file.location().toString());
    json.put("teacher", file.teacherId());
    json.put("view", file.viewId());
    json.put("shard", file.shard());
    json.put("bytes", file.bytes());
    json.put("removed", file.removed());
    file.kept().ifPresent(why -> json.put("kept", why));
    return json;
  }

  private String text(List<UnusedLabels.Unused> found) {
    if (found.isEmpty()) {
      return "every label file is used";
    }
    String lines = found.stream().map(this::line).collect(Collectors.joining("\n"));
    String sum = "%d files, %,d bytes".formatted(found.size(), bytes(found));
    if (!delete) {
      return "%s\n%s that no configuration named here uses; --delete removes them"
          .formatted(lines, sum);
    }
    long kept = found.stream().filter(file -> !file.removed()).count();
    return kept == 0
        ? "%s\nremoved %s".formatted(lines, sum)
        : "%s\nremoved all of %s but %d".formatted(lines, sum, kept);
  }

  private String line(UnusedLabels.Unused file) {
    return "%,15d  %s%s"
        .formatted(
            file.bytes(), file.location(), file.kept().map("  (stays: %s)"::formatted).orElse(""));
  }
}
