package io.taustream.pipeline.command;

import io.taustream.pipeline.config.RunConfig;
import io.taustream.pipeline.graph.LabelImport;
import io.taustream.pipeline.graph.Resources;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code taustream labels import}. */
@Command(
    name = "import",
    mixinStandardHelpOptions = true,
    description = {
      "Brings labels that other programs wrote into the label store.",
      "Each file's shard is read once, and every row compared with it. Labels that a shard has"
          + " already, of as many views, stay."
    })
final class LabelsImportCommand implements Callable<Integer> {
  @Mixin private ConfigFile config;
  @Mixin private Output output;

  @Option(
      names = "--input",
      required = true,
      paramLabel = "PATH",
      description =
          "A .parquet or .tar file, or a folder of them and of other folders: a path or s3://….")
  private String input;

  @Option(
      names = "--teacher",
      paramLabel = "NAME",
      description = "Whose labels they are; for files that do not say it.")
  private Optional<String> teacher = Optional.empty();

  @Override
  public Integer call() {
    RunConfig run = config.read();
    try (Resources resources = new Resources(run)) {
      LabelImport.Summary done =
          new LabelImport(run, resources, VersionProvider.version())
              .run(LabelsExportCommand.location(input), teacher);
      Map<String, Object> json = new LinkedHashMap<>();
      json.put("imported", done.imported());
      json.put("kept", done.kept());
      json.put("rows", done.rows());
      output.print(json, text(done));
    }
    return ExitStatus.DONE;
  }

  private static String text(LabelImport.Summary done) {
    String imported = "%d files imported, %,d rows".formatted(done.imported(), done.rows());
    return done.kept() == 0
        ? imported
        : "%s; %d shards had labels already, which stay: remove those to import others"
            .formatted(imported, done.kept());
  }
}
