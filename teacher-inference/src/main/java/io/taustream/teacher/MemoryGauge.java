package io.taustream.teacher;

import java.util.OptionalLong;

/** What the operating system says of this process's memory, in bytes. */
interface MemoryGauge {
  /** What the process has in memory and no file stands behind; empty where that is not told. */
  OptionalLong resident();

  /**
   * What the process could still take before it, or another, is killed or swapped out; empty where
   * that is not told.
   */
  OptionalLong available();
}
