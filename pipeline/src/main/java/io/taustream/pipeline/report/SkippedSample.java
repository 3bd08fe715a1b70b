package io.taustream.pipeline.report;

import java.util.Objects;

/**
 * A sample that could not be used: one line of {@code skipped.jsonl}.
 *
 * @param shard the shard's name
 * @param ordinal the sample's place in its shard, from 0
 * @param key the sample's key
 * @param reason why, in one line
 */
public record SkippedSample(String shard, int ordinal, String key, String reason) {
  public SkippedSample {
    Objects.requireNonNull(shard, "shard");
    Objects.requireNonNull(key, "key");
    Objects.requireNonNull(reason, "reason");
  }
}
