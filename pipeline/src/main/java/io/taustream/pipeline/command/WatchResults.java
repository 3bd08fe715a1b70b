package io.taustream.pipeline.command;

import io.taustream.pipeline.graph.LiveLabelling;
import io.taustream.pipeline.graph.WatchedTeacher;
import io.taustream.teacher.verify.TeacherVerdict;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** What {@code label --watch} tells: as JSON and as text. */
final class WatchResults {
  private WatchResults() {}

  static Map<String, Object> json(LiveLabelling.Summary summary) {
    Map<String, Object> json = Results.json(summary.labels());
    json.put("watched", summary.watched().stream().map(WatchResults::json).toList());
    return json;
  }

  static String text(LiveLabelling.Summary summary) {
    StringBuilder text = new StringBuilder();
    summary.watched().forEach(teacher -> text.append(line(teacher)).append('\n'));
    return text + Results.text(summary.labels());
  }

  private static Map<String, Object> json(WatchedTeacher teacher) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("model", teacher.model().toString());
    json.put("state", teacher.state().name().toLowerCase(Locale.ROOT));
    json.put("teacher", teacher.labels().map(labels -> labels.teacher()).orElse(null));
    json.put("reason", teacher.reason().orElse(null));
    json.put("data", teacher.verdict().map(found -> found.data()).orElse(null));
    json.put("samples", teacher.verdict().map(found -> found.verdict().samples()).orElse(null));
    json.put("top1", teacher.verdict().map(found -> found.verdict().score().top1()).orElse(null));
    json.put(
        "card", teacher.verdict().map(found -> CardJson.of(found.verdict().stated())).orElse(null));
    return json;
  }

  private static String line(WatchedTeacher teacher) {
    return "%s: %s%s%s"
        .formatted(
            teacher.model(),
            state(teacher),
            teacher.reason().map(reason -> ": " + reason).orElse(""),
            teacher.verdict().map(found -> accuracy(found.verdict())).orElse(""));
  }

  private static String accuracy(TeacherVerdict verdict) {
    return String.format(
        Locale.ROOT, ", right on %.4f of %,d samples", verdict.score().top1(), verdict.samples());
  }

  private static String state(WatchedTeacher teacher) {
    return switch (teacher.state()) {
      case JUDGED -> "not judged yet";
      case LABELLING -> "taken up, not all labelled yet";
      case LABELLED -> "taken up and labelled";
      case REFUSED -> "refused";
      case POSTPONED -> "put off";
    };
  }
}
