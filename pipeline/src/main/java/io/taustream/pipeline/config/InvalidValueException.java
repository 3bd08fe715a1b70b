package io.taustream.pipeline.config;

/**
 * A value that the record of a section refuses. It knows the key within the section; whoever reads
 * the section from a file adds the place.
 */
final class InvalidValueException extends ConfigurationException {
  private static final long serialVersionUID = 1L;

  private final String key;
  private final String problem;

  /**
   * @param key the key, relative to the section, such as {@code batch}
   * @param found the value as a message shows it
   * @param allowed what it may be
   */
  InvalidValueException(String key, Object found, String allowed) {
    this(key, "found " + found + "; " + allowed + " is allowed");
  }

  /**
   * @param problem what is wrong and what to do, for rules that are not about one value
   */
  InvalidValueException(String key, String problem) {
    super(key + ": " + problem);
    this.key = key;
    this.problem = problem;
  }

  String key() {
    return key;
  }

  String problem() {
    return problem;
  }
}
