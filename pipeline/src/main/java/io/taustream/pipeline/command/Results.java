package io.taustream.pipeline.command;

import io.taustream.pipeline.graph.Evaluating;
import io.taustream.pipeline.graph.Labelling;
import io.taustream.pipeline.graph.StageMeter;
import io.taustream.pipeline.graph.Training;
import io.taustream.pipeline.report.EvaluationRecord;
import io.taustream.student.evaluate.Evaluation;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** What labelling, training and evaluation tell: as JSON and as text. */
final class Results {
  private Results() {}

  static Map<String, Object> json(Labelling.Summary summary) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("state", summary.finished() ? "done" : "stopped");
    json.put("worker", summary.part().worker());
    json.put("workers", summary.part().workers());
    json.put("seconds", summary.seconds());
    json.put("skipped", summary.skipped());
    json.put(
        "teachers",
        summary.teachers().stream()
            .map(
                teacher -> {
                  Map<String, Object> one = new LinkedHashMap<>();
                  one.put("teacher", teacher.teacher());
                  one.put("device", teacher.device());
                  one.put("shards", teacher.shards());
                  one.put("made", teacher.made());
                  one.put("rows", teacher.rows());
                  one.put("others", teacher.others());
                  one.put("left", teacher.left());
                  one.put("test", teacher.test().map(Results::json).orElse(null));
                  return one;
                })
            .toList());
    json.put("stages", stages(summary.stages()));
    return json;
  }

  static String text(Labelling.Summary summary) {
    StringBuilder text = new StringBuilder();
    for (Labelling.TeacherSummary teacher : summary.teachers()) {
      text.append(
          "%s on %s: %s%d shards, %s, %,d rows%s%s%n"
              .formatted(
                  teacher.teacher(),
                  teacher.device(),
                  summary.part().isWhole() ? "" : "worker %s, ".formatted(summary.part()),
                  teacher.shards(),
                  teacher.made() == 0 ? "all labelled before" : teacher.made() + " labelled now",
                  teacher.rows(),
                  summary.part().isWhole() ? "" : others(teacher),
                  teacher
                      .test()
                      .flatMap(test -> number(test.top1()))
                      .map(top1 -> String.format(Locale.ROOT, ", test top-1 %.4f", top1))
                      .orElse("")));
    }
    if (!summary.finished()) {
      text.append("stopped; the same command goes on\n");
    }
    return text.toString();
  }

  private static String others(Labelling.TeacherSummary teacher) {
    return teacher.left() == 0
        ? "; the other workers' %d shards are labelled too".formatted(teacher.others())
        : "; %d of the other workers' %d shards are still to be labelled"
            .formatted(teacher.left(), teacher.others());
  }

  static Map<String, Object> json(Training.Summary summary) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("state", summary.finished() ? "done" : "stopped");
    json.put("already", summary.already());
    json.put("epochs", summary.epochs());
    json.put("steps", summary.steps());
    json.put("seconds", summary.seconds());
    json.put("student", summary.evaluation().map(Results::json).orElse(null));
    json.put("teacher", summary.teacher().map(Results::json).orElse(null));
    json.put("stages", stages(summary.stages()));
    json.put("folder", summary.folder().uri().toString());
    return json;
  }

  static String text(Training.Summary summary) {
    String state =
        summary.already()
            ? "done before; --fresh starts over"
            : summary.finished() ? "done" : "stopped; the same command goes on";
    return "%d epochs, %d steps: %s%n%s%sresults in %s"
        .formatted(
            summary.epochs(),
            summary.steps(),
            state,
            summary.teacher().map(line -> text("teacher", line)).orElse(""),
            summary.evaluation().map(line -> text("student", line)).orElse(""),
            summary.folder().uri());
  }

  static Map<String, Object> json(Evaluating.Summary summary) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("step", summary.step());
    json.put("student", json(summary.student()));
    json.put("teacher", summary.teacher().map(Results::json).orElse(null));
    return json;
  }

  static String text(Evaluating.Summary summary) {
    return "after step %d%n%s%s"
        .formatted(
            summary.step(),
            summary.teacher().map(found -> text("teacher", found)).orElse(""),
            text("student", summary.student()));
  }

  private static String text(String who, EvaluationRecord line) {
    return row(
        who,
        line.samples(),
        line.top1(),
        line.top5(),
        line.nll(),
        line.ece(),
        line.agreement(),
        line.kendallTauB());
  }

  private static String text(String who, Evaluation found) {
    return row(
        who,
        found.samples(),
        found.top1().orElse(Double.NaN),
        found.top5().orElse(Double.NaN),
        found.nll().orElse(Double.NaN),
        found.ece().orElse(Double.NaN),
        found.agreement().orElse(Double.NaN),
        found.kendallTau().orElse(Double.NaN));
  }

  private static String row(String who, long samples, double... values) {
    String[] names = {"top-1", "top-5", "NLL", "ECE", "agreement", "τ-b"};
    StringBuilder row = new StringBuilder("%s on %,d test images:".formatted(who, samples));
    for (int i = 0; i < names.length; i++) {
      if (Double.isFinite(values[i])) {
        row.append(String.format(Locale.ROOT, " %s %.4f", names[i], values[i]));
      }
    }
    return row.append('\n').toString();
  }

  private static Map<String, Object> json(EvaluationRecord line) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("samples", line.samples());
    put(json, "top1", line.top1());
    put(json, "top5", line.top5());
    put(json, "nll", line.nll());
    put(json, "ece", line.ece());
    put(json, "agreement", line.agreement());
    put(json, "kendallTauB", line.kendallTauB());
    return json;
  }

  private static Map<String, Object> json(Evaluation found) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("samples", found.samples());
    put(json, "top1", found.top1().orElse(Double.NaN));
    put(json, "top5", found.top5().orElse(Double.NaN));
    put(json, "nll", found.nll().orElse(Double.NaN));
    put(json, "ece", found.ece().orElse(Double.NaN));
    put(json, "agreement", found.agreement().orElse(Double.NaN));
    put(json, "kendallTauB", found.kendallTau().orElse(Double.NaN));
    return json;
  }

  private static List<Map<String, Object>> stages(List<StageMeter.Reading> stages) {
    return stages.stream()
        .filter(stage -> stage.images() > 0)
        .map(
            stage -> {
              Map<String, Object> json = new LinkedHashMap<>();
              json.put("stage", stage.stage());
              json.put("images", stage.images());
              json.put("busySeconds", stage.busyNanos() / 1e9);
              put(json, "imagesPerBusySecond", stage.imagesPerBusySecond());
              return json;
            })
        .toList();
  }

  /** JSON has no NaN: what was not measured is null. */
  private static void put(Map<String, Object> json, String key, double value) {
    json.put(key, Double.isFinite(value) ? value : null);
  }

  private static Optional<Double> number(OptionalDouble value) {
    return value.isPresent() ? Optional.of(value.getAsDouble()) : Optional.empty();
  }
}
