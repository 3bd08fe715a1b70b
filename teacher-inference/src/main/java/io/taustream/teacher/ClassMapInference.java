package io.taustream.teacher;

import io.taustream.teacher.ClassMap.Unmapped;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Decides for {@link CardInference} what a model's outputs stand for: the data's classes in their
 * order, unless the card has a map. Names of outputs are compared with those of the data's classes
 * without regard to case, and with spaces, underscores and hyphens taken for the same; an output
 * whose name is none of them stands for no class.
 */
final class ClassMapInference {
  private static final Pattern BETWEEN_WORDS = Pattern.compile("[\\s_-]+");

  private final ModelFile model;
  private final CardFields stated;
  private final Optional<DataShape> data;

  /**
   * @param data what the teacher is to label, where known
   */
  ClassMapInference(ModelFile model, CardFields stated, Optional<DataShape> data) {
    this.model = model;
    this.stated = stated;
    this.data = data;
  }

  /**
   * Decides.
   *
   * @param outputs of the model
   * @return none where output i is the data's class i
   * @throws io.taustream.storage.TaustreamException if a class of the data has no output, or the
   *     map speaks of other outputs or classes than there are
   */
  Optional<ClassMap> of(int outputs) {
    if (stated.outputClasses().isEmpty()) {
      requireDatasClasses(outputs);
      return Optional.empty();
    }
    StatedClasses said = stated.outputClasses().get();
    if (said.outputs() != outputs) {
      throw model.failure(
          "%s in %s has %d entries, the model has %d outputs; give one for each output"
              .formatted(said.key(), stated.source(), said.outputs(), outputs));
    }
    if (said.entries() instanceof StatedClasses.Entries.Names names) {
      return data.isEmpty()
          ? Optional.of(new ClassMap.Names(names.names(), said.unmapped()))
          : map(byName(names.names()), said.unmapped());
    }
    return map(((StatedClasses.Entries.Indices) said.entries()).classes(), said.unmapped());
  }

  private void requireDatasClasses(int outputs) {
    data.map(DataShape::classes)
        .filter(classes -> classes != outputs)
        .ifPresent(
            classes -> {
              throw model.failure(
                  "it tells %d classes apart, the data has %d (data.classes); write into its card %s what each output stands for: class-names: FILE of one name an output, matched with data.class-names, or class-map: [...] of the data's class of each output, none where there is none"
                      .formatted(outputs, classes, model.cardUri()));
            });
  }

  private Optional<ClassMap> map(List<Integer> classOfOutput, Unmapped unmapped) {
    int named = 1 + classOfOutput.stream().mapToInt(Integer::intValue).max().orElse(-1);
    int classes = data.map(DataShape::classes).orElse(named);
    for (int o = 0; o < classOfOutput.size(); o++) {
      if (classOfOutput.get(o) >= classes) {
        throw model.failure(
            "class-map in %s has class %d for output %d, the data has %d classes (data.classes), 0 to %d; correct %s"
                .formatted(
                    stated.source(),
                    classOfOutput.get(o),
                    o,
                    classes,
                    classes - 1,
                    stated.source()));
      }
    }
    Set<Integer> mapped = new HashSet<>(classOfOutput);
    for (int c = 0; c < classes; c++) {
      if (!mapped.contains(c)) {
        throw model.failure(
            "no output stands for the data's class %s; each of the data's classes needs one: correct %s, or use another teacher"
                .formatted(named(c), stated.source()));
      }
    }
    return ClassMap.shortest(classOfOutput, unmapped);
  }

  private String named(int label) {
    List<String> names = data.map(DataShape::classNames).orElse(List.of());
    return label < names.size() ? "%d (%s)".formatted(label, names.get(label)) : "" + label;
  }

  private List<Integer> byName(List<String> names) {
    List<String> classNames = data.map(DataShape::classNames).orElse(List.of());
    if (classNames.isEmpty()) {
      throw model.failure(
          "class-names in %s name its outputs, but the data's classes have no names to match; add data.class-names, or write class-map instead"
              .formatted(stated.source()));
    }
    Map<String, Integer> classes = new HashMap<>();
    for (int c = 0; c < classNames.size(); c++) {
      Integer other = classes.putIfAbsent(folded(classNames.get(c)), c);
      if (other != null) {
        throw model.failure(
            "data.class-names has '%s' and '%s', which class-names cannot tell apart; write class-map into %s instead"
                .formatted(classNames.get(other), classNames.get(c), stated.source()));
      }
    }
    List<Integer> classOfOutput = new ArrayList<>();
    for (String name : names) {
      classOfOutput.add(classes.getOrDefault(folded(name), ClassMap.NO_CLASS));
    }
    return classOfOutput;
  }

  private static String folded(String name) {
    return BETWEEN_WORDS.matcher(name.toLowerCase(Locale.ROOT)).replaceAll(" ").strip();
  }
}
