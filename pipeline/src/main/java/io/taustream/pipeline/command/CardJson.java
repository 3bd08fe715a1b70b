package io.taustream.pipeline.command;

import io.taustream.teacher.ClassMap;
import io.taustream.teacher.TeacherCard;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** A teacher's card as JSON, its keys and values those of the card's file. */
final class CardJson {
  private CardJson() {}

  static Map<String, Object> of(TeacherCard card) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("size", card.size());
    json.put("layout", key(card.layout()));
    json.put("channels", key(card.channels()));
    json.put("type", key(card.type()));
    json.put("mean", card.mean());
    json.put("deviation", card.deviation());
    json.put("range", card.range());
    json.put("output", card.output());
    json.put("output-kind", key(card.outputKind()));
    json.put("classes", card.classes());
    card.classMap().ifPresent(map -> json.putAll(of(map)));
    card.device().ifPresent(device -> json.put("device", device.text()));
    return json;
  }

  private static Map<String, Object> of(ClassMap map) {
    Map<String, Object> json = new LinkedHashMap<>();
    if (map instanceof ClassMap.Indices indices) {
      json.put("class-map", indices.classOfOutput());
    } else if (map instanceof ClassMap.Names names) {
      json.put("class-names", names.names());
    }
    json.put("unmapped", key(map.unmapped()));
    return json;
  }

  /** As the card's file spells it. */
  private static String key(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
