package io.taustream.ingest.format;

import io.taustream.storage.sample.Shard;
import java.io.IOException;

/** A shard and how to read it. Immutable; thread-safe. */
interface ShardSource {
  Shard shard();

  /**
   * Begins to read.
   *
   * @param bytes where the shard's objects are opened
   */
  SampleReader open(ShardBytes bytes) throws IOException;
}
