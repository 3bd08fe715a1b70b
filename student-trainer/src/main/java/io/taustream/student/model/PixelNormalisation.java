package io.taustream.student.model;

import java.util.List;

/**
 * How pixels become a network's input: (byte / 255 − mean) / deviation, for each of red, green and
 * blue.
 *
 * @param mean three values, in [0, 1]
 * @param deviation three values above 0
 */
public record PixelNormalisation(List<Double> mean, List<Double> deviation) {
  /** ImageNet's, which most published models use. */
  public static final PixelNormalisation IMAGENET =
      new PixelNormalisation(List.of(0.485, 0.456, 0.406), List.of(0.229, 0.224, 0.225));

  /** The range that pixels have before they are divided. */
  public static final double RANGE = 255;

  public PixelNormalisation {
    mean = List.copyOf(mean);
    deviation = List.copyOf(deviation);
    if (mean.size() != 3 || mean.stream().anyMatch(value -> !(value >= 0 && value <= 1))) {
      throw new IllegalArgumentException("mean " + mean + ": three values in [0, 1] are needed");
    }
    if (deviation.size() != 3
        || deviation.stream().anyMatch(value -> !(value > 0 && Double.isFinite(value)))) {
      throw new IllegalArgumentException(
          "deviation " + deviation + ": three values above 0 are needed");
    }
  }
}
