package io.taustream.storage.document;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/** Turns text into a node tree that holds nothing but maps with text keys, lists and scalars. */
final class YamlComposer {
  private static final int MAX_DEPTH = 64;

  private final String name;
  private final String text;
  private final LoadSettings settings;

  private YamlComposer(String name, String text) {
    this.name = name;
    this.text = text;
    this.settings =
        LoadSettings.builder()
            .setLabel(name)
            .setSchema(new CoreSchema())
            // checkKeys does better: it names the key's path and both lines.
            .setAllowDuplicateKeys(true)
            .build();
  }

  /** The document's root, which is a map. */
  static MappingNode compose(String name, String text) {
    return new YamlComposer(name, text.startsWith("\uFEFF") ? text.substring(1) : text).compose();
  }

  private MappingNode compose() {
    try {
      // First as events, which take no stack and expand no alias.
      checkEvents();
      Optional<Node> root = new Compose(settings).composeString(text);
      if (root.isEmpty()) {
        throw new DocumentException(name + ": found an empty document; keys are expected");
      }
      if (!(root.get() instanceof MappingNode map)) {
        throw new YamlValue(name, "", root.get()).error("a map of keys");
      }
      checkKeys(map, "");
      return map;
    } catch (ReaderException e) {
      String before = text.substring(0, text.offsetByCodePoints(0, e.getPosition()));
      throw syntax(
          (int) before.chars().filter(c -> c == '\n').count() + 1,
          "found the control character U+%04X".formatted(e.getCodePoint()),
          e);
    } catch (MarkedYamlEngineException e) {
      int line = e.getProblemMark().or(e::getContextMark).map(mark -> mark.getLine() + 1).orElse(1);
      throw syntax(line, e.getProblem(), e);
    } catch (YamlEngineException e) {
      throw syntax(1, e.getMessage(), e);
    }
  }

  private DocumentException syntax(int line, String problem, Exception cause) {
    String oneLine = problem.strip().replaceAll("\\s+", " ");
    return new DocumentException(name + ":" + line + ": this is no YAML: " + oneLine, cause);
  }

  private void checkEvents() {
    int depth = 0;
    for (Event event : new Parse(settings).parseString(text)) {
      if (event instanceof NodeEvent node && node.getAnchor().isPresent()) {
        String sign = event instanceof AliasEvent ? "*" : "&";
        throw notAllowed(event, sign + node.getAnchor().get() + "; write the value out instead");
      }
      Optional<String> tag =
          event instanceof ScalarEvent scalar
              ? scalar.getTag()
              : event instanceof CollectionStartEvent start ? start.getTag() : Optional.empty();
      if (tag.isPresent()) {
        throw notAllowed(event, "the tag " + tag.get() + "; no tags are allowed");
      }
      if (event instanceof CollectionStartEvent && ++depth > MAX_DEPTH) {
        throw notAllowed(event, "more than " + MAX_DEPTH + " levels");
      } else if (event instanceof CollectionEndEvent) {
        depth--;
      }
    }
  }

  private DocumentException notAllowed(Event event, String found) {
    int line = event.getStartMark().map(mark -> mark.getLine() + 1).orElse(1);
    return new DocumentException(name + ":" + line + ": found " + found);
  }

  private void checkKeys(Node node, String path) {
    if (node instanceof SequenceNode list) {
      List<Node> elements = list.getValue();
      for (int i = 0; i < elements.size(); i++) {
        checkKeys(elements.get(i), path + "[" + i + "]");
      }
    } else if (node instanceof MappingNode map) {
      Map<String, Integer> lines = new HashMap<>();
      for (NodeTuple entry : map.getValue()) {
        YamlValue key = new YamlValue(name, path, entry.getKeyNode());
        if (!(entry.getKeyNode() instanceof ScalarNode scalar)
            || !scalar.getTag().equals(Tag.STR)) {
          throw key.error("a text as key");
        }
        String below = YamlValue.join(path, scalar.getValue());
        Integer first = lines.putIfAbsent(scalar.getValue(), key.line());
        if (first != null) {
          throw new DocumentException(
              name
                  + ":"
                  + key.line()
                  + ": "
                  + below
                  + ": found twice, first in line "
                  + first
                  + "; a key is allowed once");
        }
        checkKeys(entry.getValueNode(), below);
      }
    }
  }
}
