package io.taustream.pipeline.config;

import io.taustream.storage.object.ObjectUri;
import io.taustream.teacher.ModelFaultException;
import io.taustream.teacher.TeacherOptions;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Section {@code watch}: what a long run looks for.
 *
 * @param teachers a folder or {@code s3://bucket/prefix} in which models appear
 * @param interval from one look to the next, from 100 ms to 24 h (default 30 s)
 * @param samples by how many labelled samples a model is judged before it is taken up (default
 *     1,000)
 */
public record WatchConfig(Location teachers, Duration interval, int samples) {
  static final Duration DEFAULT_INTERVAL = Duration.ofSeconds(30);
  static final int DEFAULT_SAMPLES = 1000;

  private static final Duration SHORTEST = Duration.ofMillis(100);
  private static final Duration LONGEST = Duration.ofHours(24);
  private static final int MOST_SAMPLES = 1_000_000;
  private static final String ENDING = ".onnx";

  public WatchConfig {
    if (interval.compareTo(SHORTEST) < 0 || interval.compareTo(LONGEST) > 0) {
      throw new InvalidValueException(
          "interval",
          TimeSpan.format(interval),
          "a time from %s to %s".formatted(TimeSpan.format(SHORTEST), TimeSpan.format(LONGEST)));
    }
    Rules.between("samples", samples, 1, MOST_SAMPLES);
  }

  /**
   * The teacher that a model found here makes, as if the configuration named it: called as its file
   * is, without {@code .onnx}, and else with the defaults.
   *
   * @throws ModelFaultException where the file's name is no name of a teacher
   */
  public TeacherConfig teacher(ObjectUri model) {
    String file = model.name();
    String name = file.endsWith(ENDING) ? file.substring(0, file.length() - ENDING.length()) : file;
    try {
      return new TeacherConfig(
          name,
          TeacherConfig.DEFAULT_TYPE,
          Optional.of(new Location(model.toString(), teachers.base())),
          new TeacherOptions(Map.of(), teachers.base()),
          TeacherConfig.DEFAULT_WEIGHT,
          OptionalInt.of(TeacherConfig.DEFAULT_BATCH));
    } catch (InvalidValueException e) {
      throw new ModelFaultException(
          "model %s cannot name a teacher: %s; rename the file".formatted(model, e.problem()), e);
    }
  }

  /** As the configuration spells it. */
  Map<String, Object> tree() {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("teachers", teachers.text());
    tree.put("interval", TimeSpan.format(interval));
    tree.put("samples", samples);
    return tree;
  }
}
