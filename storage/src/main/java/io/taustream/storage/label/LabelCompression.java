package io.taustream.storage.label;

import io.taustream.storage.TaustreamException;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Whether the record batches of a label file are compressed. It is no part of what a set of labels
 * is: each batch says for itself how it is stored and reads back to the bit, so that files of one
 * folder, and batches of one file, may differ in it. Changing it therefore makes nothing stale and
 * no label anew, and counts for what is written from then on.
 */
public enum LabelCompression {
  /** Batches are read in place. */
  NONE,

  /** Zstandard, each buffer for itself, as the Arrow format has it. */
  ZSTD;

  /** The text form: {@code none} or {@code zstd}. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The compression with this text form.
   *
   * @throws TaustreamException if there is none
   */
  public static LabelCompression of(String text) {
    return Arrays.stream(values())
        .filter(compression -> compression.text().equals(text))
        .findFirst()
        .orElseThrow(
            () ->
                new TaustreamException(
                    "unknown label compression '%s'; use one of %s"
                        .formatted(
                            text,
                            Arrays.stream(values())
                                .map(LabelCompression::text)
                                .collect(Collectors.joining(", ")))));
  }
}
