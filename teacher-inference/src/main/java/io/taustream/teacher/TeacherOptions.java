package io.taustream.teacher;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * {@code teachers[].options}: what a provider is told besides. {@link TeacherRequest} reads them.
 *
 * @param values as text, numbers too, in the order of the configuration
 * @param base the folder that relative paths among them are taken from, the configuration's own
 */
public record TeacherOptions(Map<String, String> values, Path base) {
  public TeacherOptions {
    values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    base = base.toAbsolutePath().normalize();
  }

  /** None. */
  public static TeacherOptions none(Path base) {
    return new TeacherOptions(Map.of(), base);
  }
}
