package io.taustream.pipeline.config;

import io.taustream.teacher.OnnxTeacherProvider;
import io.taustream.teacher.TeacherOptions;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * One of the {@code teachers}.
 *
 * @param name its name in the label store, unique among the teachers
 * @param type of its provider (default {@code onnx}); which there are shows when it is opened
 * @param model what its network is read from; {@code onnx} must have one, an ONNX file: the file
 *     beside it with the ending {@code .yaml}, if there is one, is its card
 * @param options what the provider is told besides (default none)
 * @param weight its part in the mean of several teachers (default 1)
 * @param batch how many images are labelled at once (default 128); empty: {@code auto}, which is
 *     found by trying
 */
public record TeacherConfig(
    String name,
    String type,
    Optional<Location> model,
    TeacherOptions options,
    double weight,
    OptionalInt batch) {
  static final String DEFAULT_TYPE = OnnxTeacherProvider.TYPE;
  static final double DEFAULT_WEIGHT = 1;
  static final int DEFAULT_BATCH = 128;
  static final String AUTO = "auto";

  /** The most that may be labelled at once. */
  public static final int LARGEST_BATCH = 65_536;

  public TeacherConfig {
    Rules.fileName("name", name);
    Rules.fileName("type", type);
    if (type.equals(DEFAULT_TYPE) && model.isEmpty()) {
      throw new InvalidValueException("model", "none with type onnx", "an ONNX file");
    }
    Rules.above("weight", weight, 0);
    batch.ifPresent(images -> Rules.between("batch", images, 1, LARGEST_BATCH));
  }

  /** What {@code batch} says, or the default where it says {@code auto}. */
  public int statedBatch() {
    return batch.orElse(DEFAULT_BATCH);
  }
}
