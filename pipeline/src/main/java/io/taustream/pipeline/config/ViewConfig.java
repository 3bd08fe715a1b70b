package io.taustream.pipeline.config;

import java.util.List;
import java.util.OptionalLong;

/**
 * Section {@code view}: which pixels teacher and student see.
 *
 * @param policy {@code none} (the default), {@code pad-crop-flip} or {@code random-resized-crop}
 * @param size width and height of a view in pixels, 1 to 1,024
 * @param count how many views of each sample are labelled (default 1), to 65,535: epoch e trains on
 *     view e mod count; 1 for {@code none}
 * @param seed what the random numbers of views follow from; empty (the default): the run's seed
 */
public record ViewConfig(String policy, int size, int count, OptionalLong seed) {
  /** The names that {@code policy} may have. */
  public static final List<String> POLICIES =
      List.of("none", "pad-crop-flip", "random-resized-crop");

  static final String DEFAULT_POLICY = "none";
  static final int DEFAULT_COUNT = 1;

  private static final int LARGEST = 1024;

  /** The label store keeps a view's number as uint16. */
  private static final int MOST_VIEWS = 65_535;

  public ViewConfig {
    Rules.oneOf("policy", policy, POLICIES);
    Rules.between("size", size, 1, LARGEST);
    Rules.between("count", count, 1, MOST_VIEWS);
    if (policy.equals("none") && count != 1) {
      throw new InvalidValueException(
          "count", count + " with policy none, which has one view", "only 1");
    }
  }

  /** Views that follow from the run's seed. */
  public ViewConfig(String policy, int size, int count) {
    this(policy, size, count, OptionalLong.empty());
  }

  ViewConfig withSeed(long newSeed) {
    return new ViewConfig(policy, size, count, OptionalLong.of(newSeed));
  }
}
