package io.taustream.pipeline.report;

import io.taustream.pipeline.report.EvaluationRecord.Role;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Runs side by side as plain text for a terminal: their teacher first, then one row a run with
 * top-1, NLL, ECE, agreement and Kendall τ-b, and the images per second of each stage.
 */
public final class ResultTable {
  private static final String NONE = "–";
  private static final String GAP = "  ";
  private static final String TEACHER_STAGE = "teacher";

  private final List<String> header = new ArrayList<>();
  private final List<List<String>> rows = new ArrayList<>();

  private ResultTable() {}

  /** The table as lines, each ended by a newline; columns of numbers are aligned at the right. */
  public static String of(List<RunReport> runs) {
    ResultTable table = new ResultTable();
    Set<String> stages = new LinkedHashSet<>();
    runs.forEach(run -> stages.addAll(run.imagesPerSecond().keySet()));
    table.header.addAll(List.of("", "top-1", "NLL", "ECE", "agreement", "τ-b"));
    stages.forEach(stage -> table.header.add(stage + " img/s"));

    runs.stream()
        .map(run -> run.evaluation(Role.TEACHER))
        .flatMap(Optional::stream)
        .findFirst()
        .ifPresent(
            teacher -> table.add("teacher " + teacher.model(), teacher, stages, teacherRate(runs)));
    for (RunReport run : runs) {
      Map<String, Double> rates = new HashMap<>(run.imagesPerSecond());
      rates.remove(TEACHER_STAGE);
      table.add(run.run(), run.evaluation(Role.STUDENT).orElse(null), stages, rates);
    }
    return table.render();
  }

  /** Of whichever run had its labels made. */
  private static Map<String, Double> teacherRate(List<RunReport> runs) {
    return runs.stream()
        .map(run -> run.imagesPerSecond().get(TEACHER_STAGE))
        .filter(Objects::nonNull)
        .findFirst()
        .map(rate -> Map.of(TEACHER_STAGE, rate))
        .orElse(Map.of());
  }

  private void add(
      String name, EvaluationRecord result, Set<String> stages, Map<String, Double> rates) {
    List<String> row = new ArrayList<>();
    row.add(name);
    if (result == null) {
      row.addAll(List.of(NONE, NONE, NONE, NONE, NONE));
    } else {
      row.add(percent(result.top1()));
      row.add(number("%.4f", result.nll()));
      row.add(number("%.4f", result.ece()));
      row.add(percent(result.agreement()));
      row.add(number("%.4f", result.kendallTauB()));
    }
    for (String stage : stages) {
      row.add(number("%,.0f", rates.getOrDefault(stage, Double.NaN)));
    }
    rows.add(row);
  }

  private static String percent(double share) {
    return number("%.2f %%", 100 * share);
  }

  private static String number(String format, double value) {
    return Double.isFinite(value) ? String.format(Locale.ROOT, format, value) : NONE;
  }

  private String render() {
    int[] widths = new int[header.size()];
    for (int column = 0; column < widths.length; column++) {
      widths[column] = header.get(column).length();
      for (List<String> row : rows) {
        widths[column] = Math.max(widths[column], row.get(column).length());
      }
    }
    StringBuilder text = new StringBuilder();
    line(text, header, widths);
    for (int column = 0; column < widths.length; column++) {
      text.append(column == 0 ? "" : GAP).append("─".repeat(widths[column]));
    }
    text.append('\n');
    rows.forEach(row -> line(text, row, widths));
    return text.toString();
  }

  private static void line(StringBuilder text, List<String> cells, int[] widths) {
    StringBuilder line = new StringBuilder();
    for (int column = 0; column < widths.length; column++) {
      String space = " ".repeat(widths[column] - cells.get(column).length());
      line.append(column == 0 ? cells.get(column) + space : GAP + space + cells.get(column));
    }
    text.append(line.toString().stripTrailing()).append('\n');
  }
}
