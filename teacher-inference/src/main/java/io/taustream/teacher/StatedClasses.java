package io.taustream.teacher;

import io.taustream.storage.document.YamlMap;
import io.taustream.storage.document.YamlValue;
import io.taustream.teacher.ClassMap.Unmapped;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * What a card says its outputs stand for, not yet compared with model and data.
 *
 * @param key {@code class-map} or {@code class-names}, for messages
 * @param entries one an output: of {@code class-map} a class's number or {@link ClassMap#NO_CLASS},
 *     of {@code class-names} a name
 * @param unmapped what becomes of outputs that stand for no class
 */
record StatedClasses(String key, Entries entries, Unmapped unmapped) {
  static final String MAP = "class-map";
  static final String NAMES = "class-names";
  static final String UNMAPPED = "unmapped";

  private static final String NONE = "none";
  private static final String INDEX = "a whole number from 0 (a class of the data), -1 or none";

  /** One an output. */
  sealed interface Entries {
    int count();

    record Indices(List<Integer> classes) implements Entries {
      @Override
      public int count() {
        return classes.size();
      }
    }

    record Names(List<String> names) implements Entries {
      @Override
      public int count() {
        return names.size();
      }
    }
  }

  int outputs() {
    return entries.count();
  }

  /**
   * Reads the keys {@code class-map}, {@code class-names} and {@code unmapped}.
   *
   * @param lines gives the lines of the text file that a value names
   * @throws io.taustream.storage.document.DocumentException where they contradict each other, or
   *     are no such list or file
   */
  static Optional<StatedClasses> read(YamlMap root, Function<YamlValue, List<String>> lines) {
    Optional<YamlValue> map = root.find(MAP);
    Optional<YamlValue> names = root.find(NAMES);
    Optional<YamlValue> said = root.find(UNMAPPED);
    Unmapped unmapped = said.map(v -> v.constant(Unmapped.class)).orElse(Unmapped.DROP);
    if (map.isPresent() && names.isPresent()) {
      throw names.get().problem("there is class-map as well; keep one of the two");
    }
    if (map.isPresent()) {
      return Optional.of(
          new StatedClasses(MAP, new Entries.Indices(indices(map.get(), lines)), unmapped));
    }
    if (names.isPresent()) {
      List<String> all =
          names.get().isList()
              ? names.get().list().stream().map(YamlValue::string).toList()
              : lines.apply(names.get());
      return Optional.of(new StatedClasses(NAMES, new Entries.Names(all), unmapped));
    }
    said.ifPresent(
        value -> {
          throw value.problem("it counts only beside class-map or class-names; add one of them");
        });
    return Optional.empty();
  }

  private static List<Integer> indices(
      YamlValue map, Function<YamlValue, List<String>> linesOfFile) {
    if (map.isList()) {
      return map.list().stream().map(StatedClasses::index).toList();
    }
    List<String> lines = linesOfFile.apply(map);
    List<Integer> classes = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      int number = i + 1;
      classes.add(
          parse(line)
              .orElseThrow(
                  () ->
                      map.problem(
                          "line %d of %s is '%s'; %s is allowed"
                              .formatted(number, map.string(), line, INDEX))));
    }
    return classes;
  }

  private static int index(YamlValue value) {
    if (value.isString() && value.string().equals(NONE)) {
      return ClassMap.NO_CLASS;
    }
    if (!value.isNumber()) {
      throw value.error(INDEX);
    }
    return value.integer(ClassMap.NO_CLASS, Integer.MAX_VALUE);
  }

  private static Optional<Integer> parse(String line) {
    if (line.equals(NONE)) {
      return Optional.of(ClassMap.NO_CLASS);
    }
    try {
      int index = Integer.parseInt(line);
      return index < ClassMap.NO_CLASS ? Optional.empty() : Optional.of(index);
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }
}
