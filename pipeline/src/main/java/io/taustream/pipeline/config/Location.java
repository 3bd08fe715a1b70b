package io.taustream.pipeline.config;

import io.taustream.storage.object.ObjectUri;
import java.nio.file.Path;
import java.util.Objects;

/**
 * A path, {@code file:} or {@code s3://} name as it stands in a configuration file, and the
 * directory that relative paths are taken from: the file's own.
 *
 * @param text as written; it may be a pattern where the key allows one
 * @param base an absolute directory
 */
public record Location(String text, Path base) {
  public Location {
    Objects.requireNonNull(text, "text");
    base = base.toAbsolutePath().normalize();
  }

  /**
   * The object that it names.
   *
   * @throws io.taustream.storage.TaustreamException if the scheme is unknown or a bucket is missing
   */
  public ObjectUri uri() {
    return ObjectUri.parse(text, base);
  }

  /** The text as written. */
  @Override
  public String toString() {
    return text;
  }
}
