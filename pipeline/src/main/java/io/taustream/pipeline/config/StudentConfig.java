package io.taustream.pipeline.config;

import java.util.List;

/**
 * Section {@code student}: what is trained.
 *
 * @param model the name of a student model, such as {@code resnet20}
 * @param mean what is subtracted from red, green and blue, of pixels from 0 to 1 (default
 *     ImageNet's 0.485, 0.456, 0.406)
 * @param deviation what they are then divided by (default ImageNet's 0.229, 0.224, 0.225)
 */
public record StudentConfig(String model, List<Double> mean, List<Double> deviation) {
  static final List<Double> IMAGENET_MEAN = List.of(0.485, 0.456, 0.406);
  static final List<Double> IMAGENET_DEVIATION = List.of(0.229, 0.224, 0.225);

  public StudentConfig {
    Rules.notBlank("model", model);
    mean = List.copyOf(mean);
    deviation = List.copyOf(deviation);
    requireThree("mean", mean);
    requireThree("deviation", deviation);
    mean.forEach(value -> Rules.share("mean", value));
    deviation.forEach(value -> Rules.above("deviation", value, 0));
  }

  private static void requireThree(String key, List<Double> values) {
    if (values.size() != 3) {
      throw new InvalidValueException(
          key, "a list of " + values.size(), "a list of 3 numbers (red, green, blue)");
    }
  }
}
