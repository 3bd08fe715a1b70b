package io.taustream.teacher;

import io.taustream.storage.TaustreamException;
import java.util.regex.Pattern;

/**
 * Which teacher made a label.
 *
 * @param name the teacher's name in the configuration: letters, digits, {@code .}, {@code _},
 *     {@code +} and {@code -}, since it becomes part of a path
 * @param sha256 64 lower-case hex digits over everything that decides the logits: the model's
 *     bytes, its external data files' in the order of their locations, and the canonical card
 *     ({@link TeacherCard#toYaml()}, UTF-8), one after the other
 */
public record TeacherIdentity(String name, String sha256) {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._+-]*");
  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

  public TeacherIdentity {
    if (!NAME.matcher(name).matches()) {
      throw new TaustreamException(
          "teacher name '"
              + name
              + "' cannot be part of a path; use letters, digits, '.', '_', '+' and '-', beginning"
              + " with a letter, a digit or '_'");
    }
    if (!SHA256.matcher(sha256).matches()) {
      throw new IllegalArgumentException("'" + sha256 + "' is no SHA-256 in lower-case hex");
    }
  }

  /** The teacher's folder in a label store: the name, {@code -}, 12 digits of the hash. */
  public String id() {
    return name + "-" + sha256.substring(0, 12);
  }
}
