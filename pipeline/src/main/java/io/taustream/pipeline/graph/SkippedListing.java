package io.taustream.pipeline.graph;

import io.taustream.ingest.batch.SkippedSamples;
import io.taustream.pipeline.config.RunConfig;
import io.taustream.pipeline.report.SkippedLog;
import io.taustream.pipeline.report.SkippedSample;

/** Counts of samples that could not be decoded. */
final class SkippedListing {
  private SkippedListing() {}

  /** A count that lists each sample in the run's log. */
  static SkippedSamples into(SkippedLog log, RunConfig config) {
    return new SkippedSamples(
        config.data().maxSkipped(),
        (sample, reason) ->
            log.append(
                new SkippedSample(sample.shard().name(), sample.ordinal(), sample.key(), reason)));
  }

  /** A count for a second look at samples that another one lists. */
  static SkippedSamples unlisted(RunConfig config) {
    return new SkippedSamples(config.data().maxSkipped(), (sample, reason) -> {});
  }
}
