package io.taustream.pipeline.command;

import io.taustream.storage.label.LabelInventory;
import io.taustream.storage.object.ObjectStore;
import io.taustream.storage.object.ObjectStores;
import io.taustream.storage.object.ObjectUri;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code taustream labels inspect}. */
@Command(
    name = "inspect",
    mixinStandardHelpOptions = true,
    description = "Says what a label store holds.")
final class LabelsInspectCommand implements Callable<Integer> {
  @Mixin private S3Options s3;
  @Mixin private Output output;

  @Parameters(
      paramLabel = "PATH",
      description = "A label store, or a folder in it: a path or s3://….")
  private String path;

  @Override
  public Integer call() {
    try (ObjectStore objects = ObjectStores.open(s3.settings())) {
      ObjectUri root = ObjectUri.parse(path, Path.of(""));
      List<LabelInventory> found = LabelInventory.of(objects, root).collectList().block();
      Map<String, Object> json = new LinkedHashMap<>();
      json.put("store", root.toString());
      json.put("sets", found.stream().map(LabelsInspectCommand::json).toList());
      output.print(
          json, found.stream().map(LabelsInspectCommand::text).collect(Collectors.joining("\n")));
    }
    return ExitStatus.DONE;
  }

  private static Map<String, Object> json(LabelInventory set) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("folder", set.folder().toString());
    json.put("teacher", set.teacherId());
    json.put("view", set.viewId());
    json.put("encoding", set.encoding());
    json.put("classes", set.classes());
    json.put("views", set.leastViews());
    json.put("mostViews", set.mostViews());
    json.put("shards", set.shards());
    json.put("rows", set.rows());
    json.put("bytes", set.bytes());
    return json;
  }

  private static String text(LabelInventory set) {
    return "%s / %s: %d shards, %,d rows of %d classes, %s views, %s, %,d bytes"
        .formatted(
            set.teacherId(),
            set.viewId(),
            set.shards(),
            set.rows(),
            set.classes(),
            set.leastViews() == set.mostViews()
                ? set.leastViews()
                : "%d to %d".formatted(set.leastViews(), set.mostViews()),
            set.encoding(),
            set.bytes());
  }
}
