package io.taustream.benchmarks;

import io.taustream.pipeline.report.EpochRecord;
import io.taustream.pipeline.report.MetricsLog;
import io.taustream.storage.TaustreamException;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The resident memory of processes over time, from {@code /proc}: a CSV file with the columns
 * {@code phase}, {@code seconds} since the phase began, {@code epochs} done, {@code rss_kib}. One
 * line a second, and one when an epoch has ended.
 */
final class ResidentCurve implements AutoCloseable {
  private static final long LOOK_MILLIS = 200;
  private static final double LINE_SECONDS = 1;

  private final BufferedWriter csv;
  private long peak;

  private ResidentCurve(BufferedWriter csv) {
    this.csv = csv;
  }

  static ResidentCurve open(Path file) throws IOException {
    BufferedWriter csv = Files.newBufferedWriter(file);
    csv.write("phase,seconds,epochs,rss_kib\n");
    return new ResidentCurve(csv);
  }

  /** The largest value so far, in KiB. */
  long peak() {
    return peak;
  }

  /**
   * Follows a process to its end.
   *
   * @param metrics the log in which it tells of each epoch; not there before it does
   * @return the resident memory at the end of each epoch, in KiB
   * @throws TaustreamException if the process fails
   */
  List<Long> follow(String phase, Process process, Path metrics)
      throws IOException, InterruptedException {
    List<Long> byEpoch = new ArrayList<>();
    long begun = System.nanoTime();
    double next = 0;
    long latest = 0;
    while (!process.waitFor(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
      OptionalLong resident = resident(process.pid());
      double seconds = (System.nanoTime() - begun) / 1e9;
      int ended = epochs(metrics) - byEpoch.size();
      if (resident.isPresent() && (ended > 0 || seconds >= next)) {
        latest = resident.getAsLong();
        byEpoch.addAll(Collections.nCopies(ended, latest));
        line(phase, seconds, byEpoch.size(), latest);
        next = seconds + LINE_SECONDS;
      }
    }
    // The process may end with its last epoch before the next look.
    byEpoch.addAll(Collections.nCopies(epochs(metrics) - byEpoch.size(), latest));
    if (process.exitValue() != 0) {
      throw new TaustreamException(
          "'taustream %s' ended with status %d; see its log beside the curve"
              .formatted(phase, process.exitValue()));
    }
    return byEpoch;
  }

  private void line(String phase, double seconds, int epochs, long resident) throws IOException {
    peak = Math.max(peak, resident);
    csv.write(String.format(Locale.ROOT, "%s,%.1f,%d,%d%n", phase, seconds, epochs, resident));
    csv.flush();
  }

  private static int epochs(Path metrics) {
    return (int) MetricsLog.read(metrics).stream().filter(EpochRecord.class::isInstance).count();
  }

  /** In KiB; absent where the process has just ended. */
  private static OptionalLong resident(long pid) throws IOException {
    Path status = Path.of("/proc", Long.toString(pid), "status");
    if (!Files.exists(status)) {
      return OptionalLong.empty();
    }
    try (Stream<String> lines = Files.lines(status)) {
      return lines
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
          .findFirst();
    }
  }

  @Override
  public void close() throws IOException {
    csv.close();
  }
}
