package io.taustream.pipeline.command;

import io.taustream.pipeline.graph.TeacherVerifying;
import io.taustream.teacher.speed.SpeedTrial;
import io.taustream.teacher.verify.ClassOrder;
import io.taustream.teacher.verify.Fault;
import io.taustream.teacher.verify.Score;
import io.taustream.teacher.verify.TeacherVerdict;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** What was found of a teacher: as JSON and as text. */
final class VerdictResults {
  private VerdictResults() {}

  static Map<String, Object> json(String model, TeacherVerifying.Summary summary) {
    TeacherVerdict verdict = summary.verdict();
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("model", model);
    json.put("data", summary.data());
    json.put("samples", verdict.samples());
    json.putAll(json(verdict.score()));
    json.put("card", CardJson.of(verdict.stated()));
    json.put("guessed", summary.guessed());
    json.put("faults", verdict.faults().stream().map(VerdictResults::json).toList());
    json.put("notes", verdict.notes());
    json.put("correctedCard", CardJson.of(verdict.corrected()));
    json.put("classOfOutput", verdict.classOfOutput());
    json.put("trials", verdict.trials().stream().map(VerdictResults::json).toList());
    json.put("device", summary.device());
    json.put("speed", summary.speed().readings().stream().map(VerdictResults::json).toList());
    json.put("bestBatch", summary.speed().best().map(SpeedTrial.Reading::batch).orElse(null));
    return json;
  }

  private static Map<String, Object> json(Score score) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("top1", score.top1());
    json.put("top5", score.top5().isPresent() ? score.top5().getAsDouble() : null);
    json.put("nll", score.nll());
    json.put("confidence", score.confidence());
    return json;
  }

  private static Map<String, Object> json(Fault fault) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("kind", kind(fault));
    json.put("found", fault.found());
    json.put("remedy", fault.remedy());
    return json;
  }

  private static String kind(Fault fault) {
    return fault.kind().name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static Map<String, Object> json(TeacherVerdict.Trial trial) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("normalisation", trial.normalisation());
    json.put("channels", channels(trial).toLowerCase(Locale.ROOT));
    json.put("mean", trial.card().mean());
    json.put("deviation", trial.card().deviation());
    json.put("range", trial.card().range());
    json.putAll(json(trial.score()));
    json.put("accuracyInOrder", trial.accuracyInOrder());
    json.put("luck", trial.luck());
    return json;
  }

  private static String channels(TeacherVerdict.Trial trial) {
    return trial.card().channels().name();
  }

  private static Map<String, Object> json(SpeedTrial.Reading reading) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("batch", reading.batch());
    json.put("imagesPerSecond", reading.imagesPerSecond());
    return json;
  }

  static String text(String model, TeacherVerifying.Summary summary) {
    TeacherVerdict verdict = summary.verdict();
    StringBuilder text = new StringBuilder();
    line(
        text,
        "%s on %,d %s images, as many of each class: top-1 %.4f%s, NLL %.4f, mean confidence %.4f",
        model,
        verdict.samples(),
        summary.data(),
        verdict.score().top1(),
        verdict.score().top5().isPresent()
            ? String.format(Locale.ROOT, ", top-5 %.4f", verdict.score().top5().getAsDouble())
            : "",
        verdict.score().nll(),
        verdict.score().confidence());
    line(text, "");
    line(text, "%-30s %-8s %8s %10s", "fed with pixels", "channels", "top-1", "NLL");
    for (TeacherVerdict.Trial trial : verdict.trials()) {
      line(
          text,
          "%-30s %-8s %8.4f %10.4f%s%s",
          trial.normalisation(),
          channels(trial),
          trial.score().top1(),
          trial.score().nll(),
          trial.card().equals(verdict.stated()) ? "   as the card says" : "",
          trial.order() instanceof ClassOrder.Same
              ? ""
              : String.format(
                  Locale.ROOT, "   %.4f in another class order", trial.accuracyInOrder()));
    }
    line(text, "");
    speed(text, summary.speed(), summary.device());
    line(text, "");
    if (verdict.faults().isEmpty()) {
      line(text, "no fault found");
    }
    for (Fault fault : verdict.faults()) {
      line(text, "FAULT %s: %s", kind(fault), fault.found());
      line(text, "  %s", fault.remedy());
    }
    verdict.notes().forEach(note -> line(text, "note: %s", note));
    if (!summary.guessed().isEmpty()) {
      line(text, "guessed in the card: %s", String.join("; ", summary.guessed()));
    }
    if (!verdict.corrected().equals(verdict.stated())) {
      line(text, "");
      line(text, "The card that fits, %s:", summary.card().uri());
      line(text, "");
      text.append(verdict.corrected().toYaml());
    }
    return text.toString();
  }

  private static void speed(StringBuilder text, SpeedTrial.Speed speed, String device) {
    line(text, "%-30s %16s", "batch on " + device, "images a second");
    int best = speed.best().map(SpeedTrial.Reading::batch).orElse(0);
    for (SpeedTrial.Reading reading : speed.readings()) {
      line(
          text,
          "%-30d %16.1f%s",
          reading.batch(),
          reading.imagesPerSecond(),
          reading.batch() == best ? "   best: the smallest within 5 % of the fastest" : "");
    }
    speed.end().ifPresent(reason -> line(text, "no larger batch: %s", reason));
  }

  private static void line(StringBuilder text, String format, Object... values) {
    text.append(values.length == 0 ? format : String.format(Locale.ROOT, format, values))
        .append('\n');
  }
}
