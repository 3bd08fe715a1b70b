package io.taustream.storage.document;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * A value of a document at its place. The accessors fail with a {@link DocumentException} where it
 * is something else; nothing is converted: {@code 1} is no text, {@code "1"} and {@code 1.0} are no
 * whole numbers, an empty value is nothing at all. Not thread-safe.
 */
public final class YamlValue {
  private static final int SHOWN = 60;

  private final String file;
  private final String path;
  private final Node node;
  private YamlMap map;
  private List<YamlValue> elements;

  YamlValue(String file, String path, Node node) {
    this.file = file;
    this.path = path;
    this.node = node;
  }

  /** What errors call the document. */
  public String file() {
    return file;
  }

  /** The full key path, such as {@code loss[1].weight}; empty for the root. */
  public String path() {
    return path;
  }

  /** Where the value begins, from 1. */
  public int line() {
    return node.getStartMark().map(mark -> mark.getLine() + 1).orElse(1);
  }

  public boolean isMap() {
    return node instanceof MappingNode;
  }

  public boolean isList() {
    return node instanceof SequenceNode;
  }

  /** Whether this is a text, quoted or not, and no number, boolean or nothing. */
  public boolean isString() {
    return hasTag(Tag.STR);
  }

  /** Whether this is a number, whole or not. */
  public boolean isNumber() {
    return hasTag(Tag.INT) || hasTag(Tag.FLOAT);
  }

  /** A map; the same object each time, so that it remembers what was asked for. */
  public YamlMap map() {
    if (!isMap()) {
      throw error("a map of keys");
    }
    if (map == null) {
      map = new YamlMap(this);
    }
    return map;
  }

  /** A list, which may be empty. */
  public List<YamlValue> list() {
    if (!(node instanceof SequenceNode list)) {
      throw error("a list");
    }
    if (elements == null) {
      List<YamlValue> all = new ArrayList<>();
      for (Node element : list.getValue()) {
        all.add(below(path + "[" + all.size() + "]", element));
      }
      elements = List.copyOf(all);
    }
    return elements;
  }

  /** A list, or a list of this value alone where it is none. */
  public List<YamlValue> listOrOne() {
    return isList() ? list() : List.of(this);
  }

  /** A text that is not empty. */
  public String string() {
    if (!isString() || scalar().isBlank()) {
      throw error(isScalar() && !scalar().isBlank() ? "a text, in quotes," : "a text");
    }
    return scalar();
  }

  /** {@code true} or {@code false}. */
  public boolean bool() {
    if (!hasTag(Tag.BOOL)) {
      throw error("true or false");
    }
    return Boolean.parseBoolean(scalar().toLowerCase(Locale.ROOT));
  }

  /** A whole number from {@code min} to {@code max}, both allowed. */
  public int integer(int min, int max) {
    return (int) whole(min, max, max == Integer.MAX_VALUE);
  }

  /** A whole number from {@code min} to {@code max}, both allowed. */
  public long integer(long min, long max) {
    return whole(min, max, max == Long.MAX_VALUE);
  }

  private long whole(long min, long max, boolean unbounded) {
    String from = min == Long.MIN_VALUE ? "" : " from " + min;
    String allowed = "a whole number" + from + (unbounded ? "" : " to " + max);
    if (!hasTag(Tag.INT)) {
      throw error(allowed);
    }
    BigInteger value = wholeNumber();
    if (value.compareTo(BigInteger.valueOf(min)) < 0
        || value.compareTo(BigInteger.valueOf(max)) > 0) {
      throw error(allowed);
    }
    return value.longValueExact();
  }

  /** A number, whole or not, in {@code range}. */
  public double number(NumberRange range) {
    if (!isNumber()) {
      throw error(range.toString());
    }
    double value = hasTag(Tag.INT) ? wholeNumber().doubleValue() : floatingNumber();
    if (!range.contains(value)) {
      throw error(range.toString());
    }
    return value;
  }

  /** A constant of {@code type}, written in lower case with hyphens: {@code top-k} for TOP_K. */
  public <E extends Enum<E>> E constant(Class<E> type) {
    Map<String, E> constants = new TreeMap<>();
    for (E constant : type.getEnumConstants()) {
      constants.put(constant.name().toLowerCase(Locale.ROOT).replace('_', '-'), constant);
    }
    return constants.get(choice(constants.keySet()));
  }

  /** One of {@code names}, exactly as written there. */
  public String choice(Collection<String> names) {
    String allowed = (names.size() == 1 ? "only " : "one of ") + String.join(", ", names);
    if (!isScalar()) {
      throw error(allowed);
    }
    if (!names.contains(scalar())) {
      String guess =
          NearestName.find(scalar(), names).map(n -> ", did you mean '" + n + "'?").orElse("");
      throw problem("found " + found() + guess + "; " + allowed + " is allowed");
    }
    return scalar();
  }

  /**
   * A text with a meaning of its own.
   *
   * @param allowed for the error, such as {@code "a size such as 512MiB"}
   * @param parser gives empty where the text is wrong
   */
  public <T> T parsed(String allowed, Function<String, Optional<T>> parser) {
    if (!isScalar() || hasTag(Tag.NULL)) {
      throw error(allowed);
    }
    return parser.apply(scalar()).orElseThrow(() -> error(allowed));
  }

  /** To be thrown: {@code file:line: path: found ...; allowed is allowed}. */
  public DocumentException error(String allowed) {
    return problem("found " + found() + "; " + allowed + " is allowed");
  }

  /** To be thrown: {@code file:line: path: problem}. */
  public DocumentException problem(String problem) {
    return new DocumentException(place() + (path.isEmpty() ? "" : path + ": ") + problem);
  }

  /** {@code file:line: }. */
  String place() {
    return file + ":" + line() + ": ";
  }

  Node node() {
    return node;
  }

  YamlValue below(String newPath, Node newNode) {
    return new YamlValue(file, newPath, newNode);
  }

  static String join(String path, String key) {
    return path.isEmpty() ? key : path + "." + key;
  }

  void rejectUnknown() {
    if (map != null) {
      map.rejectUnknown();
    }
    if (elements != null) {
      elements.forEach(YamlValue::rejectUnknown);
    }
  }

  private boolean isScalar() {
    return node instanceof ScalarNode;
  }

  private boolean hasTag(Tag tag) {
    return isScalar() && node.getTag().equals(tag);
  }

  private String scalar() {
    return ((ScalarNode) node).getValue();
  }

  private String found() {
    if (isMap()) {
      return "a map";
    }
    if (isList()) {
      return "a list";
    }
    if (hasTag(Tag.NULL) || scalar().isBlank()) {
      return "nothing";
    }
    String text = scalar().replaceAll("\\s+", " ");
    String shown = text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "…";
    return hasTag(Tag.STR) ? "'" + shown + "'" : shown;
  }

  private BigInteger wholeNumber() {
    String text = scalar();
    return text.startsWith("0x")
        ? new BigInteger(text.substring(2), 16)
        : text.startsWith("0o") ? new BigInteger(text.substring(2), 8) : new BigInteger(text);
  }

  /** The core schema's {@code .inf} and {@code .nan} are no finite numbers, so never in a range. */
  private double floatingNumber() {
    String digits = scalar().toLowerCase(Locale.ROOT);
    return digits.endsWith("inf") || digits.endsWith("nan")
        ? Double.NaN
        : new BigDecimal(digits).doubleValue();
  }
}
