package io.taustream.pipeline.config;

import java.util.Optional;

/**
 * One of the {@code teachers}.
 *
 * @param name its name in the label store, unique among the teachers
 * @param model an ONNX file
 * @param card what its input and output are; empty (the default): the file beside the model with
 *     the ending {@code .yaml}, if there is one, else what the model says
 * @param weight its part in the mean of several teachers' logits (default 1)
 * @param batch how many images are labelled at once (default 128)
 */
public record TeacherConfig(
    String name, Location model, Optional<Location> card, double weight, int batch) {
  static final double DEFAULT_WEIGHT = 1;
  static final int DEFAULT_BATCH = 128;

  private static final int LARGEST_BATCH = 65_536;

  public TeacherConfig {
    Rules.fileName("name", name);
    Rules.above("weight", weight, 0);
    Rules.between("batch", batch, 1, LARGEST_BATCH);
  }
}
