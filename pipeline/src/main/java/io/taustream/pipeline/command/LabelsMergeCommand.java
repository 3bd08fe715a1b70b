package io.taustream.pipeline.command;

import io.taustream.storage.label.LabelMerge;
import io.taustream.storage.object.ObjectStore;
import io.taustream.storage.object.ObjectStores;
import io.taustream.storage.object.ObjectUri;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code taustream labels merge}. */
@Command(
    name = "merge",
    mixinStandardHelpOptions = true,
    description = "Joins label stores that were made on several machines.")
final class LabelsMergeCommand implements Callable<Integer> {
  @Mixin private S3Options s3;
  @Mixin private Output output;

  @Parameters(
      index = "0",
      paramLabel = "TARGET",
      description = "The label store that takes the others in: a path or s3://….")
  private String target;

  @Parameters(
      index = "1..*",
      arity = "1..*",
      paramLabel = "SOURCE",
      description = "The label stores to take in; they stay as they are.")
  private List<String> sources;

  @Override
  public Integer call() {
    try (ObjectStore objects = ObjectStores.open(s3.settings())) {
      LabelMerge.Summary done = merge(objects);
      output.print(json(done), text(done));
      return done.isWhole() ? ExitStatus.DONE : ExitStatus.FAILED;
    }
  }

  private LabelMerge.Summary merge(ObjectStore objects) {
    Path scratch = Path.of(System.getProperty("user.home"), ".cache", "taustream", "merge");
    try (BufferAllocator allocator = new RootAllocator()) {
      return new LabelMerge(objects, root(target), scratch, allocator)
          .run(sources.stream().map(LabelsMergeCommand::root).toList());
    }
  }

  private static ObjectUri root(String path) {
    // A trailing slash would be a part of the key on S3.
    return ObjectUri.parse(path.replaceAll("(?<=[^/])/+$", ""), Path.of(""));
  }

  private static Map<String, Object> json(LabelMerge.Summary done) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("copied", done.copied());
    json.put("superseded", done.superseded());
    json.put("skipped", done.skipped());
    json.put("bytes", done.bytes());
    json.put("conflicts", done.conflicts());
    json.put("damaged", done.damaged());
    return json;
  }

  private static String text(LabelMerge.Summary done) {
    StringBuilder text =
        new StringBuilder(
            "%d label files copied, %d replaced by ones with more views (%,d bytes), %d were there"
                .formatted(done.copied(), done.superseded(), done.bytes(), done.skipped()));
    if (!done.conflicts().isEmpty()) {
      text.append("; %d conflicts, whose sets were left alone".formatted(done.conflicts().size()));
    }
    if (!done.damaged().isEmpty()) {
      text.append("; %d damaged files were not copied".formatted(done.damaged().size()));
    }
    done.conflicts().forEach(line -> text.append('\n').append(line));
    done.damaged().forEach(line -> text.append('\n').append(line));
    return text.toString();
  }
}
