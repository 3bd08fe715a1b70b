package io.taustream.pipeline.command;

import io.taustream.pipeline.config.Location;
import io.taustream.pipeline.config.RunConfig;
import io.taustream.pipeline.graph.Labelling;
import io.taustream.pipeline.graph.Resources;
import io.taustream.pipeline.graph.RunReports;
import io.taustream.pipeline.graph.StageMeter;
import io.taustream.pipeline.graph.StopRequest;
import io.taustream.pipeline.graph.Training;
import io.taustream.pipeline.report.MetricRecord;
import io.taustream.pipeline.report.ReportWriter;
import io.taustream.pipeline.report.ResultTable;
import io.taustream.pipeline.report.RunReport;
import io.taustream.pipeline.report.StageRecord;
import io.taustream.storage.TaustreamException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code taustream demo}. */
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    description =
        "Labels the bundled sample and trains three students on it: alone, with KL, with KL and"
            + " Kendall-τ. Ends with a table and a report.")
final class DemoCommand implements Callable<Integer> {
  private static final List<String> RUNS = List.of("alone", "kl", "kl-kendall");

  private final StopRequest stop;

  @Mixin private StartOptions start;
  @Mixin private Output output;

  @Option(
      names = "--work",
      defaultValue = "work/demo",
      paramLabel = "FOLDER",
      description = "Where results go; ${DEFAULT-VALUE} if not given.")
  private Path work;

  DemoCommand(StopRequest stop) {
    this.stop = stop;
  }

  @Override
  public Integer call() {
    List<RunReport> reports = new ArrayList<>();
    for (String run : RUNS) {
      if (!stop.stopRequested()) {
        reports.add(run(run));
      }
    }
    Path report = work.resolve("report.html");
    write(report, ReportWriter.compare("Taustream demo: Fashion-MNIST", reports));
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("state", stop.stopRequested() ? "stopped" : "done");
    json.put("runs", reports.stream().map(Results::json).toList());
    json.put("report", report.toString());
    output.print(json, ResultTable.of(reports) + "\nreport: " + report.toAbsolutePath());
    return ExitStatus.DONE;
  }

  private RunReport run(String name) {
    Path file = samples().resolve("demo-" + name + ".yaml");
    String text = ConfigFile.text(file);
    RunConfig config =
        RunConfig.read(file).withWork(new Location(work.toAbsolutePath().toString(), work));
    ConsoleProgress progress = ConsoleProgress.create();
    String version = VersionProvider.version();
    try (Resources resources = new Resources(config)) {
      Labelling.Summary labelled = new Labelling(config, resources, version, progress, stop).run();
      Training.Summary summary =
          new Training(config, text, resources, version, progress, stop).run(false, start.fresh());
      return withTeacher(
          RunReports.of(summary.folder(), config, text, summary.finished()), labelled);
    }
  }

  /** The run that had its labels made tells how fast the teacher was. */
  private static RunReport withTeacher(RunReport report, Labelling.Summary labelled) {
    List<MetricRecord> metrics = new ArrayList<>();
    labelled.stages().stream()
        .filter(stage -> stage.stage().equals("teacher") && stage.images() > 0)
        .map(stage -> teacherStage(stage, labelled.seconds()))
        .forEach(metrics::add);
    metrics.addAll(report.metrics());
    return report.withMetrics(metrics);
  }

  private static StageRecord teacherStage(StageMeter.Reading stage, double seconds) {
    return new StageRecord(
        0, 0, stage.stage(), stage.images() / seconds, stage.busyShare(Math.round(seconds * 1e9)));
  }

  private static Path samples() {
    String home = System.getProperty("taustream.home");
    if (home == null) {
      throw new TaustreamException(
          "the bundled sample is found through the launcher; start the demo with ./taustream demo");
    }
    return Path.of(home, "samples", "fashion-mnist");
  }

  private static void write(Path file, String content) {
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      Files.writeString(file, content);
    } catch (IOException e) {
      throw new TaustreamException("cannot write " + file + ": " + e.getMessage(), e);
    }
  }
}
