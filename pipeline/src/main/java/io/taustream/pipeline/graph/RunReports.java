package io.taustream.pipeline.graph;

import io.taustream.pipeline.config.RunConfig;
import io.taustream.pipeline.report.MetricRecord;
import io.taustream.pipeline.report.MetricsLog;
import io.taustream.pipeline.report.ReportWriter;
import io.taustream.pipeline.report.RunReport;
import io.taustream.pipeline.report.SkippedLog;
import io.taustream.pipeline.report.SkippedSample;
import java.time.Instant;
import java.util.List;

/** Makes reports of what runs have left in their folders. */
final class RunReports {
  private RunReports() {}

  /** What there is to report of a run. */
  static RunReport of(
      RunFolder folder, RunConfig config, String configText, RunReport.State state) {
    return of(
        config,
        configText,
        state,
        MetricsLog.read(folder.file(RunFolder.METRICS)),
        SkippedLog.read(folder.file(RunFolder.SKIPPED)));
  }

  /** The same of these lines, wherever they are from. */
  static RunReport of(
      RunConfig config,
      String configText,
      RunReport.State state,
      List<MetricRecord> metrics,
      List<SkippedSample> skipped) {
    return new RunReport(
        config.run(),
        state,
        Instant.now(),
        config.summary(),
        configText,
        config.data().classNames(),
        metrics,
        skipped);
  }

  /** Writes the run's {@code report.html}, and gives what it says. */
  static RunReport write(RunFolder folder, RunConfig config, String configText, boolean finished) {
    RunReport.State state = finished ? RunReport.State.DONE : RunReport.State.STOPPED;
    RunReport report = of(folder, config, configText, state);
    folder.write(RunFolder.REPORT, ReportWriter.html(report));
    return report;
  }
}
