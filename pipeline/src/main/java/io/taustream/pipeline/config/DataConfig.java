package io.taustream.pipeline.config;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/**
 * Section {@code data}: what is read.
 *
 * @param format {@code webdataset}, {@code folder}, {@code idx} or {@code cifar}; empty (the
 *     default): inferred from the names
 * @param train patterns of the training data: URIs, globs, brace ranges
 * @param test patterns of the test data; empty (the default): the student is not evaluated
 * @param classes how many classes there are, from 2
 * @param classNames one name a class, in order, for reports; empty (the default): not known
 * @param shuffleWindow how many samples the order of an epoch is shuffled among (default 4,096);
 *     only their encoded bytes are held
 * @param maxSkipped the share of samples that may be unusable before the run fails (default 0.01)
 */
public record DataConfig(
    Optional<String> format,
    List<Location> train,
    List<Location> test,
    int classes,
    List<String> classNames,
    int shuffleWindow,
    double maxSkipped) {
  /** The names that {@code format} may have. */
  public static final List<String> FORMATS = List.of("webdataset", "folder", "idx", "cifar");

  static final int DEFAULT_SHUFFLE_WINDOW = 4096;
  static final double DEFAULT_MAX_SKIPPED = 0.01;

  /** The label store keeps classes as int32; a model with more than this is a mistake. */
  private static final int MOST_CLASSES = 1_000_000;

  public DataConfig {
    train = List.copyOf(train);
    test = List.copyOf(test);
    classNames = List.copyOf(classNames);
    format.ifPresent(name -> Rules.oneOf("format", name, FORMATS));
    Rules.notEmpty("train", train);
    Rules.between("classes", classes, 2, MOST_CLASSES);
    if (!classNames.isEmpty() && classNames.size() != classes) {
      throw new InvalidValueException(
          "class-names",
          classNames.size() + " names",
          "one name for each of the " + classes + " classes");
    }
    if (new HashSet<>(classNames).size() < classNames.size()) {
      throw new InvalidValueException("class-names", "a name twice", "a list of different names");
    }
    Rules.atLeast("shuffle-window", shuffleWindow, 1);
    Rules.share("max-skipped", maxSkipped);
  }
}
