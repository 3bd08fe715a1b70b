package io.taustream.pipeline.config;

import java.util.List;
import java.util.Optional;

/**
 * Section {@code student}: what is trained. It has either a model or a module.
 *
 * @param model the name of a student model, such as {@code resnet20}
 * @param torchscript a TorchScript file, whose module is trained from the weights that it has
 * @param mean what is subtracted from red, green and blue, of pixels from 0 to 1 (default
 *     ImageNet's 0.485, 0.456, 0.406)
 * @param deviation what they are then divided by (default ImageNet's 0.229, 0.224, 0.225)
 */
public record StudentConfig(
    Optional<String> model,
    Optional<Location> torchscript,
    List<Double> mean,
    List<Double> deviation) {
  static final List<Double> IMAGENET_MEAN = List.of(0.485, 0.456, 0.406);
  static final List<Double> IMAGENET_DEVIATION = List.of(0.229, 0.224, 0.225);

  public StudentConfig {
    model.ifPresent(name -> Rules.notBlank("model", name));
    if (model.isPresent() && torchscript.isPresent()) {
      throw new InvalidValueException("torchscript", "found beside model; one of them is allowed");
    }
    if (model.isEmpty() && torchscript.isEmpty()) {
      throw new InvalidValueException(
          "model", "not found, nor is torchscript; one of them is required");
    }
    mean = List.copyOf(mean);
    deviation = List.copyOf(deviation);
    requireThree("mean", mean);
    requireThree("deviation", deviation);
    mean.forEach(value -> Rules.share("mean", value));
    deviation.forEach(value -> Rules.above("deviation", value, 0));
  }

  /** A student of a known model. */
  public StudentConfig(String model, List<Double> mean, List<Double> deviation) {
    this(Optional.of(model), Optional.empty(), mean, deviation);
  }

  /** What people call the student: its model, or its module's file. */
  public String name() {
    return model.orElseGet(() -> torchscript.orElseThrow().uri().name());
  }

  private static void requireThree(String key, List<Double> values) {
    if (values.size() != 3) {
      throw new InvalidValueException(
          key, "a list of " + values.size(), "a list of 3 numbers (red, green, blue)");
    }
  }
}
