package io.taustream.pipeline.config;

/**
 * Section {@code memory}.
 *
 * @param batches bytes that may be in flight between the stages, from 16 MiB (default 1 GiB)
 */
public record MemoryConfig(long batches) {
  static final MemoryConfig DEFAULT = new MemoryConfig(1L << 30);

  private static final long LEAST = 16L << 20;

  public MemoryConfig {
    if (batches < LEAST) {
      throw new InvalidValueException(
          "batches", ByteSize.format(batches), "a size from " + ByteSize.format(LEAST));
    }
  }
}
