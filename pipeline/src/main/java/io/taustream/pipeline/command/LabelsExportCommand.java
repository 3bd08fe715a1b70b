package io.taustream.pipeline.command;

import io.taustream.ingest.share.ShareFormat;
import io.taustream.pipeline.config.RunConfig;
import io.taustream.pipeline.graph.LabelExport;
import io.taustream.pipeline.graph.Resources;
import io.taustream.storage.object.ObjectUri;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code taustream labels export}. */
@Command(
    name = "export",
    mixinStandardHelpOptions = true,
    description = {
      "Writes labels for other programs, as Parquet or WebDataset.",
      "Parquet: of any data. WebDataset: a copy of data in tars, with .npy beside the image."
    })
final class LabelsExportCommand implements Callable<Integer> {
  @Mixin private ConfigFile config;
  @Mixin private Output output;

  @Option(
      names = "--format",
      required = true,
      paramLabel = "parquet|webdataset",
      description = "The form of the files.")
  private String format;

  @Option(
      names = "--output",
      required = true,
      paramLabel = "FOLDER",
      description = "Where they go: a path or s3://….")
  private String folder;

  @Option(
      names = "--teacher",
      paramLabel = "NAME",
      description = "Only the labels of this teacher.")
  private Optional<String> teacher = Optional.empty();

  @Override
  public Integer call() {
    ShareFormat form = ShareFormat.of(format);
    ObjectUri target = location(folder);
    RunConfig run = config.read();
    try (Resources resources = new Resources(run)) {
      LabelExport.Summary done =
          new LabelExport(run, resources, VersionProvider.version()).run(form, target, teacher);
      Map<String, Object> json = new LinkedHashMap<>();
      json.put("format", form.name());
      json.put("files", done.files().stream().map(ObjectUri::toString).toList());
      json.put("rows", done.rows());
      json.put("bytes", done.bytes());
      output.print(
          json,
          "%d files, %,d rows, %,d bytes in %s"
              .formatted(done.files().size(), done.rows(), done.bytes(), target));
    }
    return ExitStatus.DONE;
  }

  /** A trailing slash would be a part of the key on S3. */
  static ObjectUri location(String path) {
    return ObjectUri.parse(path.replaceAll("(?<=[^/])/+$", ""), Path.of(""));
  }
}
