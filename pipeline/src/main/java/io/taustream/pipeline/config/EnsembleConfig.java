package io.taustream.pipeline.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Section {@code ensemble}: how several teachers teach. It has no effect with one.
 *
 * <p>With logits z(i) of teachers i whose shares w(i), their weights divided by the sum of them,
 * add up to 1, the mean has the logits
 *
 * <ul>
 *   <li>{@code average: logits}: Σ w(i) · z(i)
 *   <li>{@code average: probabilities}: ln Σ w(i) · softmax(z(i))
 * </ul>
 *
 * @param average {@code logits} (the default) or {@code probabilities}
 * @param teachers {@code all} (the default): the student learns from the mean of all teachers; or
 *     {@code by-view}: view v is taught by the teacher v mod n of the n alone. Test images, which
 *     are no view of training, have the mean of all either way; with labels that have no mean they
 *     have the first
 */
public record EnsembleConfig(String average, String teachers) {
  /** The names that {@code average} may have. */
  public static final List<String> AVERAGES = List.of("logits", "probabilities");

  /** The names that {@code teachers} may have. */
  public static final List<String> TEACHERS = List.of("all", "by-view");

  /** The mean of the logits of all. */
  public static final EnsembleConfig DEFAULT = new EnsembleConfig("logits", "all");

  public EnsembleConfig {
    Rules.oneOf("average", average, AVERAGES);
    Rules.oneOf("teachers", teachers, TEACHERS);
  }

  /** Whether probabilities are averaged, and not logits. */
  public boolean averagesProbabilities() {
    return average.equals("probabilities");
  }

  /** Whether each view has a teacher of its own. */
  public boolean byView() {
    return teachers.equals("by-view");
  }

  /** The same mean, of all teachers whatever the view. */
  public EnsembleConfig withAll() {
    return new EnsembleConfig(average, DEFAULT.teachers());
  }

  /** Fails where these teachers cannot teach so. */
  void requireServes(List<TeacherConfig> members, ViewConfig view) {
    if (!byView()) {
      return;
    }
    if (view.count() < members.size()) {
      throw new InvalidValueException(
          "ensemble.teachers",
          "by-view with view.count %d and %d teachers, so that some would teach nothing"
              .formatted(view.count(), members.size()),
          "by-view with at least as many views as teachers, or all,");
    }
    for (int i = 0; i < members.size(); i++) {
      if (members.get(i).weight() != TeacherConfig.DEFAULT_WEIGHT) {
        throw new InvalidValueException(
            "teachers[" + i + "].weight",
            Rules.text(members.get(i).weight())
                + " with ensemble.teachers by-view, where each teacher counts as its views do",
            "only 1");
      }
    }
  }

  /** As the configuration spells it. */
  Map<String, Object> tree() {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("average", average);
    tree.put("teachers", teachers);
    return tree;
  }

  /** What distinguishes it, for people; empty for the mean of logits. */
  String summary() {
    if (byView()) {
      return " by view";
    }
    return averagesProbabilities() ? " averaged as probabilities" : "";
  }
}
