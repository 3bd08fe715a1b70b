package io.taustream.student.model;

import ai.djl.Device;
import io.taustream.storage.TaustreamException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The student models that can be named in a configuration. A new family is one more line here. */
public final class StudentModels {
  private static final Map<String, NetworkDefinition> MODELS =
      register(
          List.of(
              CifarResNet.models(),
              WideResNet.models(),
              Vgg.models(),
              MobileNetV2.models(),
              ShuffleNetV1.models(),
              ShuffleNetV2.models(),
              ImageNetResNet.models()));

  private StudentModels() {}

  private static Map<String, NetworkDefinition> register(
      List<Map<String, NetworkDefinition>> families) {
    Map<String, NetworkDefinition> models = new LinkedHashMap<>();
    for (Map<String, NetworkDefinition> family : families) {
      models.putAll(family);
    }
    return Collections.unmodifiableMap(models);
  }

  /** The known models' names, smaller ones of a family first. */
  public static Set<String> names() {
    return MODELS.keySet();
  }

  /**
   * Describes a model without making its tensors.
   *
   * @param classes at least 2
   * @param imageSize width and height in pixels; the least is 8 to 32, by model
   * @throws TaustreamException if there is no such model, or it cannot have that size
   */
  public static Architecture architecture(String model, int classes, int imageSize) {
    NetworkDefinition definition = MODELS.get(model);
    if (definition == null) {
      throw new TaustreamException(
          "Student model '%s' is unknown; known are %s."
              .formatted(model, String.join(", ", names())));
    }
    if (classes < 2) {
      throw new TaustreamException(
          "Student model '%s' cannot have %d classes; at least 2 are needed: set data.classes."
              .formatted(model, classes));
    }
    int smallest = definition.smallestImage();
    if (imageSize < smallest) {
      throw new TaustreamException(
          "Student model '%s' cannot take images of %d x %d pixels; at least %d x %d are needed: set view.size."
              .formatted(model, imageSize, imageSize, smallest, smallest));
    }
    return new Architecture(
        model, classes, imageSize, definition.description().layers(classes, imageSize));
  }

  /**
   * Makes a student with initial weights, which are a pure function of model, classes and seed: the
   * same on every device and thread count.
   *
   * @throws TaustreamException as {@link #architecture}
   */
  public static NetworkStudent create(
      String model,
      int classes,
      int imageSize,
      PixelNormalisation normalisation,
      long seed,
      Device device) {
    return new NetworkStudent(architecture(model, classes, imageSize), normalisation, seed, device);
  }

  /** Like {@link #create(String, int, int, PixelNormalisation, long, Device)}. */
  public static NetworkStudent create(
      String model,
      int classes,
      int imageSize,
      PixelNormalisation normalisation,
      long seed,
      StudentDevice device) {
    return create(model, classes, imageSize, normalisation, seed, device.device());
  }
}
