package io.taustream.teacher;

import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How many rows a loaded model is fed at once: as many as are wanted, until memory does not hold
 * them; then half, for the model's life. Each time that is logged, since rows that are fed in other
 * company may differ in the last bits. Not thread-safe.
 */
final class BatchFit {
  private static final Logger LOG = LoggerFactory.getLogger(BatchFit.class);

  private final ModelFile model;
  private final Optional<MemoryForecast> forecast;
  private int largest = Integer.MAX_VALUE;
  private int done;

  /**
   * @param forecast tells beforehand what will not fit; empty where that shows by trying
   */
  BatchFit(ModelFile model, Optional<MemoryForecast> forecast) {
    this.model = model;
    this.forecast = forecast;
  }

  /** The most rows that may be fed, as far as is known. */
  int largest() {
    return largest;
  }

  /** The most rows that have been fed. */
  int done() {
    return done;
  }

  /** That so many rows went well. */
  void ran(int rows) {
    if (rows > done) {
      done = rows;
      forecast.ifPresent(f -> f.ran(rows));
    }
  }

  /** Why so many rows should not even be tried. */
  Optional<String> refusal(int rows) {
    return rows <= done ? Optional.empty() : forecast.flatMap(f -> f.refusal(rows));
  }

  /**
   * From now on half of what did not fit.
   *
   * @throws OutOfModelMemoryException the given one, where there is no half
   */
  void halve(int rows, OutOfModelMemoryException failure) {
    if (rows <= 1) {
      throw failure;
    }
    lower(rows, rows / 2, failure.reason());
  }

  /**
   * From now on no more than so many rows.
   *
   * @param wanted what does not fit
   * @param why it does not
   */
  void lower(int wanted, int rows, String why) {
    largest = rows;
    LOG.warn(
        "{}: a batch of {} does not fit into memory ({}); from now on it is fed {} at once, whose labels may differ from those of larger batches in the last bits",
        model.uri(),
        wanted,
        why,
        rows);
  }
}
