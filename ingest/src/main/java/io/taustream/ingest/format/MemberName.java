package io.taustream.ingest.format;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * A member of a WebDataset tar by its name.
 *
 * @param key the name, folders included, up to the first dot of its last element
 * @param extension what follows that dot, in lower case
 */
public record MemberName(String key, String extension) {
  private static final Set<String> IMAGES = Set.of("jpg", "jpeg", "png");
  private static final String LABEL = "cls";

  /** Reads a name; empty for hidden files, such as macOS's ._x.jpg beside x.jpg, and the like. */
  public static Optional<MemberName> of(String name) {
    int base = name.lastIndexOf('/') + 1;
    int dot = name.indexOf('.', base);
    return dot <= base
        ? Optional.empty()
        : Optional.of(
            new MemberName(
                name.substring(0, dot), name.substring(dot + 1).toLowerCase(Locale.ROOT)));
  }

  boolean isImage() {
    return IMAGES.contains(extension);
  }

  /** Whether it makes its key a sample's: an image or a class. */
  public boolean isOfSample() {
    return isImage() || isLabel();
  }

  /** Whether it holds the sample's class. */
  public boolean isLabel() {
    return extension.equals(LABEL);
  }
}
