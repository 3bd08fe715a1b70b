package io.taustream.pipeline.graph;

import io.taustream.pipeline.config.RunConfig;
import io.taustream.pipeline.report.EvaluationRecord;
import io.taustream.pipeline.report.MetricRecord;
import io.taustream.pipeline.report.MetricsLog;
import io.taustream.pipeline.report.ReportWriter;
import io.taustream.pipeline.report.RunReport;
import io.taustream.pipeline.report.SkippedLog;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Makes reports of what runs have left in their folders. */
final class RunReports {
  private RunReports() {}

  /** What there is to report of a run. */
  static RunReport of(
      RunFolder folder, RunConfig config, String configText, RunReport.State state) {
    return new RunReport(
        config.run(),
        state,
        Instant.now(),
        config.summary(),
        configText,
        config.data().classNames(),
        MetricsLog.read(folder.file(RunFolder.METRICS)),
        SkippedLog.read(folder.file(RunFolder.SKIPPED)));
  }

  /** Writes the run's {@code report.html}. */
  static void write(RunFolder folder, RunConfig config, String configText, boolean finished) {
    RunReport.State state = finished ? RunReport.State.DONE : RunReport.State.STOPPED;
    folder.write(RunFolder.REPORT, ReportWriter.html(of(folder, config, configText, state)));
  }

  static Optional<EvaluationRecord> last(List<MetricRecord> metrics, EvaluationRecord.Role role) {
    return metrics.stream()
        .filter(EvaluationRecord.class::isInstance)
        .map(EvaluationRecord.class::cast)
        .filter(line -> line.role() == role)
        .reduce((earlier, later) -> later);
  }
}
