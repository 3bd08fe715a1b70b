package io.taustream.storage.object;

import io.taustream.storage.TaustreamException;
import java.nio.file.Path;
import java.util.Objects;

/**
 * Where an object lies: {@code file:/absolute/path} or {@code s3://bucket/key}. Unlike {@link
 * java.net.URI} it takes every character that a file or key may hold, and keeps it as it is.
 *
 * @param scheme {@code file} or {@code s3}
 * @param bucket the bucket for {@code s3}; empty for {@code file}
 * @param path the absolute path for {@code file} (it begins with a slash); the key, without a
 *     leading slash, for {@code s3}
 */
public record ObjectUri(String scheme, String bucket, String path)
    implements Comparable<ObjectUri> {
  public ObjectUri {
    Objects.requireNonNull(scheme, "scheme");
    Objects.requireNonNull(bucket, "bucket");
    Objects.requireNonNull(path, "path");
  }

  /**
   * Reads {@code s3://bucket/key}, {@code file:path}, {@code file:///path} or a bare path. Relative
   * paths are taken from {@code base}.
   *
   * @throws TaustreamException if the scheme is another one or the bucket is missing
   */
  public static ObjectUri parse(String text, Path base) {
    if (text.startsWith("s3://")) {
      String rest = text.substring("s3://".length());
      int slash = rest.indexOf('/');
      String bucket = slash < 0 ? rest : rest.substring(0, slash);
      if (bucket.isEmpty()) {
        throw new TaustreamException("'" + text + "' names no bucket; write s3://bucket/prefix");
      }
      return new ObjectUri("s3", bucket, slash < 0 ? "" : rest.substring(slash + 1));
    }
    String path = text;
    if (path.startsWith("file:")) {
      path = path.substring("file:".length());
      if (path.startsWith("//")) {
        path = path.substring(2);
      }
    } else if (path.matches("[A-Za-z][A-Za-z0-9+.-]+:.*")) {
      throw new TaustreamException(
          "'" + text + "' has an unknown scheme; use a path, file: or s3://bucket/key");
    }
    if (path.isEmpty()) {
      throw new TaustreamException("'" + text + "' names no path");
    }
    return ofFile(base.toAbsolutePath().resolve(path));
  }

  /** The object at a path of the local file system. */
  public static ObjectUri ofFile(Path path) {
    return new ObjectUri("file", "", path.toAbsolutePath().normalize().toString());
  }

  public boolean isFile() {
    return scheme.equals("file");
  }

  /** The local path of a {@code file:} object. */
  public Path toPath() {
    if (!isFile()) {
      throw new IllegalStateException(this + " is no file");
    }
    return Path.of(path);
  }

  /** This location with {@code name} appended behind a slash. */
  public ObjectUri child(String name) {
    String joined = path.isEmpty() || path.endsWith("/") ? path + name : path + "/" + name;
    return new ObjectUri(scheme, bucket, joined);
  }

  /** The last element of the path. */
  public String name() {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  @Override
  public int compareTo(ObjectUri other) {
    return toString().compareTo(other.toString());
  }

  @Override
  public String toString() {
    return isFile() ? "file:" + path : scheme + "://" + bucket + "/" + path;
  }
}
