package io.taustream.pipeline.config;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Section {@code labels}: where teacher logits are kept, and how.
 *
 * @param store a folder or {@code s3://bucket/prefix}; empty (the default): {@code labels} in
 *     {@code work}
 * @param encoding {@code dense-f16} (the default), {@code dense-f32} or {@code top-k}
 * @param k how many logits of a sample {@code top-k} keeps; for no other encoding
 */
public record LabelsConfig(Optional<Location> store, String encoding, OptionalInt k) {
  /** The names that {@code encoding} may have. */
  public static final List<String> ENCODINGS = List.of("dense-f16", "dense-f32", "top-k");

  static final String DEFAULT_ENCODING = "dense-f16";

  public LabelsConfig {
    Rules.oneOf("encoding", encoding, ENCODINGS);
    if (k.isPresent()) {
      Rules.atLeast("k", k.getAsInt(), 1);
    }
    if (encoding.equals("top-k") && k.isEmpty()) {
      throw new InvalidValueException("encoding", "top-k without k", "top-k only with k");
    }
    if (!encoding.equals("top-k") && k.isPresent()) {
      throw new InvalidValueException(
          "k", k.getAsInt() + " with encoding " + encoding, "k only with top-k");
    }
  }
}
