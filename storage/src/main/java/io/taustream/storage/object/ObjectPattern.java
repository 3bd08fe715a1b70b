package io.taustream.storage.object;

import io.taustream.storage.TaustreamException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A name that stands for objects: a path or {@code s3://bucket/key}, in which braces count or list
 * ({@code train-{0000..0019}.tar}, {@code {train,val}.tar}) and wildcards match ({@code *}, {@code
 * ?}, {@code [0-9]}, {@code **} for any folders). A backslash makes the next character a plain one.
 * Immutable.
 */
public final class ObjectPattern {
  /** Requests at once for names that are spelt out. */
  private static final int CONCURRENCY = 16;

  private final String text;
  private final List<Part> parts;

  private ObjectPattern(String text, List<Part> parts) {
    this.text = text;
    this.parts = parts;
  }

  /** One of the names that the braces stand for. */
  private record Part(ObjectUri written, Glob glob) {
    static Part parse(String text, Path base) {
      Path plainBase = Path.of(Glob.escape(base.toAbsolutePath().toString()));
      ObjectUri written = ObjectUri.parse(text, plainBase);
      if (Glob.parse(written.bucket()).regex().isPresent()) {
        throw new TaustreamException(
            "the pattern " + text + " has a wildcard in its bucket; a bucket's name is expected");
      }
      return new Part(written, Glob.parse(written.path()));
    }

    ObjectUri literal() {
      return new ObjectUri(written.scheme(), written.bucket(), glob.literal());
    }
  }

  /**
   * Reads a pattern; relative paths are taken from {@code base}.
   *
   * @throws TaustreamException if braces, brackets or the scheme are wrong
   */
  public static ObjectPattern parse(String text, Path base) {
    return new ObjectPattern(
        text, Braces.expand(text).stream().map(part -> Part.parse(part, base)).toList());
  }

  /**
   * The objects, sorted by name, each once. All of them are looked up before the first is given. A
   * name without wildcards must exist: the error is an {@link ObjectNotFoundException} that names
   * the missing one. So is a wildcard that matches nothing: the error says how many objects lie
   * under its fixed beginning.
   */
  public Flux<ObjectInfo> expand(ObjectStore store) {
    return Flux.fromIterable(parts)
        .flatMapSequential(part -> expand(part, store), CONCURRENCY, CONCURRENCY)
        .collect(
            TreeMap<ObjectUri, ObjectInfo>::new, (found, object) -> found.put(object.uri(), object))
        .flatMapIterable(TreeMap::values);
  }

  private Flux<ObjectInfo> expand(Part part, ObjectStore store) {
    if (part.glob.regex().isEmpty()) {
      return store
          .stat(part.literal())
          .onErrorMap(ObjectNotFoundException.class, this::inPattern)
          .flux();
    }
    return Flux.defer(
        () -> {
          long[] seen = {0};
          return store
              .list(part.literal(), part.glob.folders())
              .doOnNext(object -> seen[0]++)
              .filter(object -> part.glob.matches(object.uri().path()))
              .switchIfEmpty(Mono.error(() -> noMatch(part, seen[0])));
        });
  }

  private TaustreamException inPattern(ObjectNotFoundException missing) {
    return parts.size() == 1
        ? missing
        : new ObjectNotFoundException(
            missing.getMessage() + " (one of the " + parts.size() + " names of " + text + ")",
            missing);
  }

  private static TaustreamException noMatch(Part part, long seen) {
    ObjectUri literal = part.literal();
    String path = literal.path();
    ObjectUri folder =
        new ObjectUri(
            literal.scheme(), literal.bucket(), path.substring(0, path.lastIndexOf('/') + 1));
    if (folder.isFile() && !Files.isDirectory(folder.toPath())) {
      return new ObjectNotFoundException(
          "no object matches "
              + part.written
              + ": there is no folder "
              + folder.path()
              + "; check its spelling");
    }
    return new ObjectNotFoundException(
        "no object matches "
            + part.written
            + ": of the "
            + seen
            + " objects whose names begin with "
            + literal
            + " none fits the pattern; check its spelling");
  }

  /** The pattern as it was written. */
  @Override
  public String toString() {
    return text;
  }
}
