package io.taustream.teacher;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * Tells before a batch is run on the CPU whether it will fit into memory. Linux grants memory that
 * is not there and kills the process when it is written to, so that it cannot be tried.
 *
 * <p>The forecast is a straight line through the origin: where a batch of k made the process grow
 * by g bytes since the model was loaded, one of n needs at most g · n / k, as long as memory does
 * not grow faster than the batch. It may be {@value #SHARE} of what is available: ONNX Runtime's
 * arena can keep what smaller batches used beside what the larger one takes. What else the process
 * allocates at that moment counts as the model's, so that forecasts from few rows are too high
 * rather than too low.
 *
 * <p>Where the system tells nothing, everything is held to fit. Not thread-safe.
 */
final class MemoryForecast {
  /** The share of the available memory that a batch may need. */
  static final double SHARE = 0.5;

  private final MemoryGauge gauge;
  private final OptionalLong before;
  private long grown;
  private int rows;

  /** To be made when the model is loaded and has not run yet. */
  MemoryForecast(MemoryGauge gauge) {
    this.gauge = gauge;
    this.before = gauge.resident();
  }

  /** To be told after a run of more rows than any before. */
  void ran(int count) {
    OptionalLong now = gauge.resident();
    if (before.isPresent() && now.isPresent()) {
      grown = Math.max(grown, now.getAsLong() - before.getAsLong());
      rows = count;
    }
  }

  /** Why a batch would not fit; empty where it would, or where that cannot be told. */
  Optional<String> refusal(int count) {
    OptionalLong available = gauge.available();
    if (rows == 0 || available.isEmpty()) {
      return Optional.empty();
    }
    double needed = (double) grown * count / rows;
    return needed <= SHARE * available.getAsLong()
        ? Optional.empty()
        : Optional.of(
            "it would need about %.0f MiB, and %d MiB are available"
                .formatted(needed / (1 << 20), available.getAsLong() >> 20));
  }
}
