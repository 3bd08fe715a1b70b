package io.taustream.pipeline.command;

import io.taustream.pipeline.config.RunConfig;
import io.taustream.pipeline.graph.ComparedConfig;
import io.taustream.pipeline.graph.Comparing;
import io.taustream.pipeline.graph.StopRequest;
import io.taustream.pipeline.report.Comparison;
import io.taustream.pipeline.report.ComparisonTable;
import io.taustream.pipeline.report.ReportWriter;
import io.taustream.storage.object.ObjectStore;
import io.taustream.storage.object.ObjectStores;
import io.taustream.storage.object.ObjectUri;
import io.taustream.storage.object.WriteCondition;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.zip.CRC32;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A comparison with its report and its table: what {@code compare} and {@code demo} share. */
final class ComparisonRun {
  private static final Logger LOG = LoggerFactory.getLogger(ComparisonRun.class);

  private final List<ComparedConfig> candidates;
  private final List<Long> seeds;
  private final String title;
  private final ObjectUri report;
  private final StopRequest stop;

  /**
   * @param title of the report
   * @param report where it goes; null: to the first configuration's work, under a name of its own
   */
  ComparisonRun(
      List<ComparedConfig> candidates,
      List<Long> seeds,
      String title,
      Path report,
      StopRequest stop) {
    this.candidates = List.copyOf(candidates);
    this.seeds = List.copyOf(seeds);
    this.title = title;
    this.report =
        Optional.ofNullable(report).map(ObjectUri::ofFile).orElseGet(() -> nameFor(candidates));
    this.stop = stop;
  }

  /**
   * Runs it, and shows meanwhile what there is.
   *
   * @param throughput whether the table says how fast the stages were
   * @return the exit status: failed where one of the runs has
   */
  int run(boolean fresh, boolean throughput, Output output) {
    Comparing comparing =
        new Comparing(candidates, seeds, VersionProvider.version(), ConsoleProgress.create(), stop);
    try (ObjectStore objects =
        ObjectStores.open(candidates.get(0).config().storage().s3Settings())) {
      Comparison comparison = comparing.run(fresh, soFar -> tell(soFar, objects));
      write(comparison, objects);
      output.print(
          ComparisonJson.of(comparison, place(), stop.stopRequested()),
          text(comparison, throughput));
      return comparison.failed() ? ExitStatus.FAILED : ExitStatus.DONE;
    }
  }

  /** The report after each run, the table after each seed but the last. */
  private void tell(Comparison soFar, ObjectStore objects) {
    write(soFar, objects);
    List<Integer> runs =
        soFar.candidates().stream().map(candidate -> candidate.runs().size()).distinct().toList();
    if (runs.size() == 1 && runs.get(0) < seeds.size()) {
      LOG.info(
          "{} of {} seeds are done:\n{}", runs.get(0), seeds.size(), ComparisonTable.of(soFar));
    }
  }

  private String text(Comparison comparison, boolean throughput) {
    return (throughput
            ? ComparisonTable.withThroughput(comparison)
            : ComparisonTable.of(comparison))
        + (stop.stopRequested() ? "\nstopped; the same command goes on\n" : "")
        + "\nreport: "
        + place();
  }

  private String place() {
    return report.isFile() ? report.toPath().toString() : report.toString();
  }

  private void write(Comparison comparison, ObjectStore objects) {
    byte[] html = ReportWriter.compare(title, comparison).getBytes(StandardCharsets.UTF_8);
    objects.write(report, ByteBuffer.wrap(html), new WriteCondition.Always()).block();
  }

  /** The same configurations, with more seeds too, write the same report; others another. */
  private static ObjectUri nameFor(List<ComparedConfig> candidates) {
    CRC32 hash = new CRC32();
    hash.update(
        candidates.stream()
            .map(ComparedConfig::config)
            .map(config -> config.work().uri().child(config.run()).toString())
            .collect(Collectors.joining("\n"))
            .getBytes(StandardCharsets.UTF_8));
    RunConfig first = candidates.get(0).config();
    return first.work().uri().child("compare-%s-%08x.html".formatted(first.run(), hash.getValue()));
  }
}
