package io.taustream.storage.document;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/**
 * A map of a document, which remembers the keys that were asked for: these are the known ones. Not
 * thread-safe.
 */
public final class YamlMap {
  private final YamlValue self;
  private final Map<String, YamlValue> values = new LinkedHashMap<>();
  private final Map<String, Integer> keyLines = new LinkedHashMap<>();
  private final Set<String> known = new LinkedHashSet<>();

  YamlMap(YamlValue self) {
    this.self = self;
    for (NodeTuple entry : ((MappingNode) self.node()).getValue()) {
      String key = ((ScalarNode) entry.getKeyNode()).getValue();
      values.put(key, self.below(YamlValue.join(self.path(), key), entry.getValueNode()));
      keyLines.put(key, new YamlValue(self.file(), "", entry.getKeyNode()).line());
    }
  }

  /** The value of {@code key}; empty where the document does not give one. */
  public Optional<YamlValue> find(String key) {
    known.add(key);
    return Optional.ofNullable(values.get(key));
  }

  /**
   * The value of {@code key}.
   *
   * @throws DocumentException if there is none
   */
  public YamlValue require(String key) {
    return find(key).orElseThrow(() -> missing(key));
  }

  /**
   * Makes two keys known, of which the document must give one.
   *
   * @throws DocumentException if it gives neither
   */
  public void requireEither(String one, String other) {
    boolean first = find(one).isPresent();
    boolean second = find(other).isPresent();
    if (first || second) {
      return;
    }
    throw Stream.of(one, other)
        .filter(key -> mistyped(key).isPresent())
        .findFirst()
        .map(this::missing)
        .orElseGet(
            () -> error("found neither " + one + " nor " + other + "; one of them is required"));
  }

  /** The keys that the document gives, in its order. Asking for them makes none of them known. */
  public Set<String> keys() {
    return Collections.unmodifiableSet(values.keySet());
  }

  /** This map as a value, for its path, its line and errors about it as a whole. */
  public YamlValue value() {
    return self;
  }

  /** An error about this map as a whole: {@code file:line: path: problem}. */
  public DocumentException error(String problem) {
    return self.problem(problem);
  }

  private DocumentException missing(String key) {
    String found =
        mistyped(key)
            .map(near -> "found '" + near + "' in line " + keyLines.get(near))
            .orElse("not found");
    return new DocumentException(
        self.place() + YamlValue.join(self.path(), key) + ": " + found + "; this key is required");
  }

  private Optional<String> mistyped(String key) {
    List<String> unread = values.keySet().stream().filter(k -> !known.contains(k)).toList();
    return NearestName.find(key, unread);
  }

  /** Fails on the first key, here or in a map read below, that was never asked for. */
  void rejectUnknown() {
    values.forEach(
        (key, value) -> {
          if (!known.contains(key)) {
            throw unknown(key);
          }
          value.rejectUnknown();
        });
  }

  private DocumentException unknown(String key) {
    String guess =
        NearestName.find(key, known).map(name -> ", did you mean '" + name + "'?").orElse("");
    String allowed = known.isEmpty() ? "nothing" : String.join(", ", known);
    return new DocumentException(
        self.file()
            + ":"
            + keyLines.get(key)
            + ": "
            + YamlValue.join(self.path(), key)
            + ": unknown key"
            + guess
            + "; allowed here: "
            + allowed);
  }
}
