package io.taustream.pipeline.report;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The samples that a run left out: {@code skipped.jsonl}, UTF-8, one JSON object a line with the
 * fields {@code shard}, {@code ordinal}, {@code key} and {@code reason} of {@link SkippedSample}.
 * Each sample is listed once, however often later epochs and resumed runs meet it again.
 * Thread-safe.
 */
public final class SkippedLog implements AutoCloseable {
  private final JsonLines<SkippedSample> lines;
  private final Set<Place> known = new HashSet<>();

  private SkippedLog(JsonLines<SkippedSample> lines) {
    this.lines = lines;
    lines.read().forEach(sample -> known.add(Place.of(sample)));
  }

  /**
   * Opens a list for appending; makes it if there is none. A half-written last line is dropped.
   *
   * @throws io.taustream.storage.TaustreamException if the file cannot be written or holds a line
   *     of something else
   */
  public static SkippedLog open(Path file) {
    JsonLines<SkippedSample> lines = JsonLines.open(file, SkippedSample.class);
    try {
      return new SkippedLog(lines);
    } catch (RuntimeException e) {
      lines.close();
      throw e;
    }
  }

  /** All whole lines of a list, in order; none where there is no file. */
  public static List<SkippedSample> read(Path file) {
    return JsonLines.read(file, SkippedSample.class);
  }

  /**
   * Lists a sample.
   *
   * @return whether it was new
   */
  public synchronized boolean append(SkippedSample sample) {
    if (!known.add(Place.of(sample))) {
      return false;
    }
    lines.append(sample);
    return true;
  }

  /** How many samples are listed. */
  public synchronized int size() {
    return known.size();
  }

  @Override
  public void close() {
    lines.close();
  }

  private record Place(String shard, int ordinal) {
    static Place of(SkippedSample sample) {
      return new Place(sample.shard(), sample.ordinal());
    }
  }
}
