package io.taustream.pipeline.command;

import io.taustream.pipeline.config.RunConfig;
import io.taustream.pipeline.graph.ComparedConfig;
import io.taustream.pipeline.graph.Comparing;
import io.taustream.pipeline.graph.StopRequest;
import io.taustream.pipeline.report.Comparison;
import io.taustream.pipeline.report.ComparisonTable;
import io.taustream.pipeline.report.ReportWriter;
import io.taustream.storage.TaustreamException;
import io.taustream.storage.object.ObjectStore;
import io.taustream.storage.object.ObjectStores;
import io.taustream.storage.object.ObjectUri;
import io.taustream.storage.object.WriteCondition;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
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
   * @param report where it goes; empty: to the first configuration's work, under a name of its own
   */
  ComparisonRun(
      List<ComparedConfig> candidates,
      List<Long> seeds,
      String title,
      Optional<ObjectUri> report,
      StopRequest stop) {
    this.candidates = List.copyOf(candidates);
    this.seeds = List.copyOf(seeds);
    this.title = title;
    this.report = report.orElseGet(() -> nameFor(candidates));
    this.stop = stop;
  }

  /**
   * Runs it, and shows meanwhile what there is.
   *
   * @param throughput whether the table says how fast the stages were
   * @return the exit status: failed where one of the runs has, but done where the process was asked
   *     to stop and has lost nothing, so that the signal's own status says so
   */
  int run(boolean fresh, boolean throughput, Output output) {
    Comparing comparing =
        new Comparing(candidates, seeds, VersionProvider.version(), ConsoleProgress.create(), stop);
    try (ObjectStore objects =
        ObjectStores.open(candidates.get(0).config().storage().s3Settings())) {
      Comparing.Outcome outcome = comparing.run(fresh, (runs, soFar) -> show(runs, soFar, objects));
      String table =
          throughput
              ? ComparisonTable.withThroughput(outcome.comparison())
              : ComparisonTable.of(outcome.comparison());
      writeLast(outcome.comparison(), table, objects);
      output.print(
          ComparisonJson.of(outcome.comparison(), place(), outcome.stopped()),
          table + stopped(outcome) + "\nreport: " + place());
      if (outcome.stopped() && outcome.kept()) {
        return ExitStatus.DONE;
      }
      return outcome.comparison().failed() ? ExitStatus.FAILED : ExitStatus.DONE;
    }
  }

  private static String stopped(Comparing.Outcome outcome) {
    if (!outcome.stopped()) {
      return "";
    }
    return outcome.cleared()
        ? "\nstopped; the same command without --fresh goes on\n"
        : "\nstopped; the same command goes on\n";
  }

  /** The report before the first run and after each, the table after each seed but the last. */
  private void show(int runs, Comparison soFar, ObjectStore objects) {
    if (runs == 0) {
      // Whether it can be written is known before hours of training.
      write(soFar, objects);
      return;
    }
    try {
      write(soFar, objects);
    } catch (RuntimeException e) {
      LOG.warn("The report is not up to date, and written again after the next run: {}", text(e));
    }
    int done = runs / candidates.size();
    if (runs % candidates.size() == 0 && done < seeds.size()) {
      LOG.info("{} of {} seeds are done:\n{}", done, seeds.size(), ComparisonTable.of(soFar));
    }
  }

  private static String text(RuntimeException failure) {
    return failure instanceof TaustreamException ? failure.getMessage() : failure.toString();
  }

  private void writeLast(Comparison comparison, String table, ObjectStore objects) {
    try {
      write(comparison, objects);
    } catch (RuntimeException e) {
      LOG.info("The results, whose report cannot be written:\n{}", table);
      throw e;
    }
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
            .map(config -> config.folder().toString())
            .collect(Collectors.joining("\n"))
            .getBytes(StandardCharsets.UTF_8));
    RunConfig first = candidates.get(0).config();
    return first.work().uri().child("compare-%s-%08x.html".formatted(first.run(), hash.getValue()));
  }
}
