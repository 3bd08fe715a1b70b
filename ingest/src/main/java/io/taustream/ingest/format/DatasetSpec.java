package io.taustream.ingest.format;

import io.taustream.storage.TaustreamException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What the user says of a data set.
 *
 * @param format {@code webdataset}, {@code folder}, {@code idx} or {@code cifar}; inferred from the
 *     patterns where absent
 * @param patterns URIs, globs or brace ranges, at least one; for {@code folder} the root folder
 * @param base what relative paths are taken from
 * @param classes labels run from 0 to {@code classes} − 1
 */
public record DatasetSpec(Optional<String> format, List<String> patterns, Path base, int classes) {
  public DatasetSpec {
    Objects.requireNonNull(format, "format");
    Objects.requireNonNull(base, "base");
    patterns = List.copyOf(patterns);
    if (patterns.isEmpty()) {
      throw new TaustreamException("a data set names no files; give at least one path or pattern");
    }
    if (classes < 1) {
      throw new TaustreamException("a data set has " + classes + " classes; from 1 are possible");
    }
  }
}
