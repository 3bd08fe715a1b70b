package io.taustream.storage.object;

/** What must hold of the target for a write to take place; checked by the store, atomically. */
public sealed interface WriteCondition {
  /** Writes whatever is there. */
  record Always() implements WriteCondition {}

  /** Writes only where no object is. */
  record IfAbsent() implements WriteCondition {}

  /** Writes only over the stated {@link ObjectInfo#version() version}. */
  record IfVersion(String version) implements WriteCondition {}
}
