package io.taustream.pipeline.config;

import io.taustream.storage.TaustreamException;
import io.taustream.storage.document.NumberRange;
import io.taustream.storage.document.YamlMap;
import io.taustream.storage.document.YamlValue;
import io.taustream.teacher.TeacherOptions;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A map of the configuration file. It sees to the types of values; what values are allowed is said
 * by the records alone, and {@link #build} adds the place in the file to what they refuse.
 */
final class Section {
  private static final Pattern DOT = Pattern.compile("\\.");
  private static final Pattern ELEMENT = Pattern.compile("(.+)\\[(\\d+)]");

  private final YamlMap map;
  private final Path base;

  Section(YamlMap map, Path base) {
    this.map = map;
    this.base = base;
  }

  /** Makes a record of this section. */
  <T> T build(Supplier<T> record) {
    try {
      return record.get();
    } catch (InvalidValueException e) {
      throw find(e.key())
          .map(value -> value.problem(e.problem()))
          .orElseGet(() -> map.error(e.key() + ": " + e.problem()));
    }
  }

  /** The section under a key; empty where the file has none. */
  Optional<Section> section(String key) {
    return map.find(key).map(value -> new Section(value.map(), base));
  }

  Section requireSection(String key) {
    return new Section(map.require(key).map(), base);
  }

  /** The sections in the list under a key; empty where the file has none. */
  Optional<List<Section>> sections(String key) {
    return map.find(key)
        .map(value -> value.list().stream().map(v -> new Section(v.map(), base)).toList());
  }

  String requireText(String key) {
    return map.require(key).string();
  }

  Optional<String> text(String key) {
    return map.find(key).map(YamlValue::string);
  }

  List<String> texts(String key) {
    return map.find(key)
        .map(value -> value.list().stream().map(YamlValue::string).toList())
        .orElse(List.of());
  }

  /** A map of any keys to texts and numbers; none where the file has none. */
  TeacherOptions options(String key) {
    Map<String, String> values = new LinkedHashMap<>();
    map.find(key)
        .map(YamlValue::map)
        .ifPresent(
            options ->
                options.keys().forEach(name -> values.put(name, scalar(options.require(name)))));
    return new TeacherOptions(values, base);
  }

  private static String scalar(YamlValue value) {
    return value.parsed(
        "a text, a number, true or false",
        text -> text.isBlank() ? Optional.empty() : Optional.of(text));
  }

  Optional<String> choice(String key, List<String> names) {
    return map.find(key).map(value -> value.choice(names));
  }

  String requireChoice(String key, List<String> names) {
    return map.require(key).choice(names);
  }

  /** Fails unless the file has one of two keys here. */
  void requireEither(String one, String other) {
    map.requireEither(one, other);
  }

  int requireWhole(String key) {
    return whole(map.require(key));
  }

  OptionalInt whole(String key) {
    return map.find(key).map(value -> OptionalInt.of(whole(value))).orElse(OptionalInt.empty());
  }

  /**
   * @param word what beside a whole number is allowed: it gives nothing
   */
  OptionalInt whole(String key, int absent, String word) {
    Optional<YamlValue> value = map.find(key);
    if (value.isEmpty()) {
      return OptionalInt.of(absent);
    }
    if (value.get().isNumber()) {
      return whole(key);
    }
    if (!value.get().isString() || !value.get().string().equals(word)) {
      throw value.get().error("a whole number or " + word);
    }
    return OptionalInt.empty();
  }

  OptionalLong longWhole(String key) {
    return map.find(key)
        .map(value -> OptionalLong.of(value.integer(Long.MIN_VALUE, Long.MAX_VALUE)))
        .orElse(OptionalLong.empty());
  }

  List<Integer> requireWholes(String key) {
    return map.require(key).list().stream().map(Section::whole).toList();
  }

  /** Whether a map is under a key. */
  boolean isSection(String key) {
    return map.find(key).map(YamlValue::isMap).orElse(false);
  }

  double requireNumber(String key) {
    return map.require(key).number(NumberRange.any());
  }

  double number(String key, double absent) {
    return map.find(key).map(value -> value.number(NumberRange.any())).orElse(absent);
  }

  /**
   * @param otherwise what beside a number is allowed, for the error
   */
  double number(String key, double absent, String otherwise) {
    map.find(key)
        .filter(value -> !value.isNumber())
        .ifPresent(
            value -> {
              throw value.error("a number or " + otherwise);
            });
    return number(key, absent);
  }

  List<Double> numbers(String key, List<Double> absent) {
    return map.find(key)
        .map(value -> value.list().stream().map(v -> v.number(NumberRange.any())).toList())
        .orElse(absent);
  }

  boolean flag(String key, boolean absent) {
    return map.find(key).map(YamlValue::bool).orElse(absent);
  }

  <T> Optional<T> parsed(String key, String allowed, Function<String, Optional<T>> parser) {
    return map.find(key).map(value -> value.parsed(allowed, parser));
  }

  Location requireLocation(String key) {
    return location(map.require(key));
  }

  Optional<Location> location(String key) {
    return map.find(key).map(this::location);
  }

  /** One location or a list of them. */
  List<Location> requireLocations(String key) {
    return locations(map.require(key));
  }

  List<Location> locations(String key) {
    return map.find(key).map(this::locations).orElse(List.of());
  }

  private List<Location> locations(YamlValue value) {
    return value.listOrOne().stream().map(this::location).toList();
  }

  private Location location(YamlValue value) {
    Location location = new Location(value.string(), base);
    try {
      location.uri();
    } catch (TaustreamException e) {
      throw value.problem(e.getMessage());
    }
    return location;
  }

  private static int whole(YamlValue value) {
    long whole = value.integer(Long.MIN_VALUE, Long.MAX_VALUE);
    if (whole != (int) whole) {
      throw value.error("a whole number below " + Integer.MAX_VALUE);
    }
    return (int) whole;
  }

  /** The value at a path below this section, such as {@code loss[1].type}. */
  private Optional<YamlValue> find(String path) {
    Optional<YamlValue> found = Optional.of(map.value());
    for (String step : DOT.splitAsStream(path).toList()) {
      Matcher element = ELEMENT.matcher(step);
      found =
          element.matches()
              ? child(found, element.group(1))
                  .map(list -> list.list().get(Integer.parseInt(element.group(2))))
              : child(found, step);
    }
    return found;
  }

  private static Optional<YamlValue> child(Optional<YamlValue> parent, String key) {
    return parent.flatMap(value -> value.map().find(key));
  }
}
