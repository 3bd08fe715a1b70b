package io.taustream.ingest.format;

import java.io.Closeable;
import java.io.IOException;
import java.util.Optional;

/** One reading of one shard: blocking, one sample in memory at a time. Not thread-safe. */
interface SampleReader extends Closeable {
  /** The next sample; empty at the end, when all of the shard's bytes have been read. */
  Optional<Sample> next() throws IOException;

  /** Frees what the reader holds beside the objects that it opened. */
  @Override
  default void close() throws IOException {}
}
