package io.taustream.pipeline.config;

import java.math.BigInteger;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sizes such as {@code 1GiB}, {@code 512MB} or {@code 4096}. */
final class ByteSize {
  static final String ALLOWED = "a size such as 256MiB, 1GiB or 512MB";

  private static final Pattern TEXT = Pattern.compile("(\\d{1,19}) ?(B|kB|KB|MB|GB|KiB|MiB|GiB)?");
  private static final Map<String, Long> UNITS =
      Map.of(
          "B", 1L,
          "kB", 1_000L,
          "KB", 1_000L,
          "MB", 1_000_000L,
          "GB", 1_000_000_000L,
          "KiB", 1L << 10,
          "MiB", 1L << 20,
          "GiB", 1L << 30);

  private ByteSize() {}

  /** The number of bytes; empty if the text is no size or the size is no long. */
  static Optional<Long> parse(String text) {
    Matcher size = TEXT.matcher(text);
    if (!size.matches()) {
      return Optional.empty();
    }
    long unit = size.group(2) == null ? 1 : UNITS.get(size.group(2));
    BigInteger bytes = new BigInteger(size.group(1)).multiply(BigInteger.valueOf(unit));
    return bytes.bitLength() < Long.SIZE ? Optional.of(bytes.longValue()) : Optional.empty();
  }

  /** The shortest exact text with a binary unit. */
  static String format(long bytes) {
    for (String unit : new String[] {"GiB", "MiB", "KiB"}) {
      if (bytes > 0 && bytes % UNITS.get(unit) == 0) {
        return bytes / UNITS.get(unit) + unit;
      }
    }
    return bytes + "B";
  }
}
