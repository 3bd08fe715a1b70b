package io.taustream.pipeline.config;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Spans of time such as {@code 30s}, {@code 500ms}, {@code 5min} or {@code 1h}. */
final class TimeSpan {
  static final String ALLOWED = "a time such as 500ms, 30s, 5min or 1h";

  private static final Pattern TEXT = Pattern.compile("(\\d{1,9}) ?(ms|s|min|h)");
  private static final Map<String, Duration> UNITS =
      Map.of(
          "ms", Duration.ofMillis(1),
          "s", Duration.ofSeconds(1),
          "min", Duration.ofMinutes(1),
          "h", Duration.ofHours(1));

  private TimeSpan() {}

  /** The span; empty if the text is none. */
  static Optional<Duration> parse(String text) {
    Matcher span = TEXT.matcher(text);
    return span.matches()
        ? Optional.of(UNITS.get(span.group(2)).multipliedBy(Long.parseLong(span.group(1))))
        : Optional.empty();
  }

  /** The shortest exact text of whole milliseconds. */
  static String format(Duration span) {
    for (String unit : new String[] {"h", "min", "s"}) {
      long millis = UNITS.get(unit).toMillis();
      if (span.toMillis() > 0 && span.toMillis() % millis == 0) {
        return span.toMillis() / millis + unit;
      }
    }
    return span.toMillis() + "ms";
  }
}
