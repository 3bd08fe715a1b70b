package io.taustream.pipeline.report;

import io.taustream.pipeline.report.Comparison.Candidate;
import io.taustream.pipeline.report.Comparison.SeedRun;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * A comparison as a Markdown table whose columns are aligned for a terminal, too: the teachers
 * first, then one row a configuration. Shares are in percent, differences in points. What did not
 * end well is said in lines below the table.
 */
public final class ComparisonTable {
  private static final String NONE = "–";
  private static final String TEACHER_STAGE = "teacher";

  private final Comparison comparison;
  private final boolean several;
  private final Set<String> stages = new LinkedHashSet<>();
  private final List<List<String>> rows = new ArrayList<>();

  private ComparisonTable(Comparison comparison) {
    this.comparison = comparison;
    this.several = comparison.seeds().size() > 1;
  }

  /** The table as lines, each ended by a newline. */
  public static String of(Comparison comparison) {
    return new ComparisonTable(comparison).text();
  }

  /** The same with the images per second of each stage. */
  public static String withThroughput(Comparison comparison) {
    ComparisonTable table = new ComparisonTable(comparison);
    comparison
        .candidates()
        .forEach(candidate -> table.stages.addAll(candidate.imagesPerSecond().keySet()));
    return table.text();
  }

  private String text() {
    rows.add(header());
    comparison.teachers().forEach(teacher -> rows.add(row(teacher)));
    comparison.candidates().forEach(candidate -> rows.add(row(candidate)));
    StringBuilder text = new StringBuilder();
    render(text);
    List<String> notes = notes();
    if (!notes.isEmpty()) {
      text.append('\n');
      notes.forEach(note -> text.append(note).append('\n'));
    }
    return text.toString();
  }

  private List<String> header() {
    List<String> header = new ArrayList<>(List.of(""));
    if (several) {
      header.add("seeds");
    }
    header.add("top-1 %");
    if (several) {
      header.add("best");
    }
    if (compares()) {
      header.add("to " + comparison.candidates().get(0).run());
    }
    header.addAll(List.of("NLL", "ECE", "agreement %", "τ-b"));
    stages.forEach(stage -> header.add(stage + " img/s"));
    return header;
  }

  private boolean compares() {
    return comparison.candidates().size() > 1;
  }

  private List<String> row(EvaluationRecord teacher) {
    List<String> row = new ArrayList<>(List.of("teacher " + teacher.model()));
    if (several) {
      row.add("");
    }
    row.add(percent(teacher.top1()));
    if (several) {
      row.add("");
    }
    if (compares()) {
      row.add("");
    }
    row.add(four(teacher.nll()));
    row.add(four(teacher.ece()));
    row.add("");
    row.add("");
    stages.forEach(stage -> row.add(stage.equals(TEACHER_STAGE) ? rate(labellingRate()) : ""));
    return row;
  }

  /** Of whichever configuration had its labels made. */
  private double labellingRate() {
    return comparison.candidates().stream()
        .map(candidate -> candidate.imagesPerSecond().get(TEACHER_STAGE))
        .filter(Objects::nonNull)
        .findFirst()
        .orElse(Double.NaN);
  }

  private List<String> row(Candidate candidate) {
    List<String> row = new ArrayList<>(List.of(candidate.run()));
    int done = candidate.results().size();
    int asked = comparison.seeds().size();
    if (several) {
      row.add(done == asked ? String.valueOf(done) : done + " of " + asked);
    }
    row.add(spread("%.2f", 100, candidate.statistics(Measure.TOP1)));
    if (several) {
      row.add(percent(candidate.largest(Measure.TOP1)));
    }
    if (compares()) {
      Candidate first = comparison.candidates().get(0);
      row.add(
          candidate.equals(first) ? "" : difference(candidate.differences(first, Measure.TOP1)));
    }
    row.add(four(candidate.statistics(Measure.NLL).mean()));
    row.add(four(candidate.statistics(Measure.ECE).mean()));
    row.add(percent(candidate.statistics(Measure.AGREEMENT).mean()));
    row.add(four(candidate.statistics(Measure.KENDALL_TAU_B).mean()));
    Map<String, Double> rates = new HashMap<>(candidate.imagesPerSecond());
    rates.remove(TEACHER_STAGE);
    stages.forEach(stage -> row.add(rate(rates.getOrDefault(stage, Double.NaN))));
    return row;
  }

  /** With the number of pairs where not every seed makes one. */
  private String difference(SampleStatistics pairs) {
    int asked = comparison.seeds().size();
    String text = spread("%+.2f", 100, pairs);
    return pairs.count() == 0 || pairs.count() == asked
        ? text
        : "%s (%d of %d)".formatted(text, pairs.count(), asked);
  }

  private List<String> notes() {
    Map<String, String> notes = new LinkedHashMap<>();
    for (Candidate candidate : comparison.candidates()) {
      for (SeedRun run : candidate.runs()) {
        String name = candidate.run() + ", seed " + run.seed() + ": ";
        if (run.failure().isPresent()) {
          notes.put(name, "failed: " + run.failure().get());
        } else if (!run.done()) {
          notes.put(name, "stopped before its last epoch");
        }
      }
    }
    return notes.entrySet().stream().map(note -> note.getKey() + note.getValue()).toList();
  }

  private static String spread(String format, double unit, SampleStatistics statistics) {
    String mean = number(format, unit * statistics.mean());
    return statistics.count() < 2
        ? mean
        : mean + " ± " + number("%.2f", unit * statistics.deviation());
  }

  private static String percent(double share) {
    return number("%.2f", 100 * share);
  }

  private static String four(double value) {
    return number("%.4f", value);
  }

  private static String rate(double value) {
    return number("%,.0f", value);
  }

  private static String number(String format, double value) {
    return Double.isFinite(value) ? String.format(Locale.ROOT, format, value) : NONE;
  }

  private void render(StringBuilder text) {
    int[] widths = new int[rows.get(0).size()];
    for (List<String> row : rows) {
      for (int column = 0; column < widths.length; column++) {
        widths[column] = Math.max(widths[column], row.get(column).length());
      }
    }
    line(text, rows.get(0), widths);
    for (int column = 0; column < widths.length; column++) {
      String rule = "-".repeat(widths[column] + 1);
      text.append(column == 0 ? "|:" + rule : "|" + rule + ":");
    }
    text.append("|\n");
    rows.subList(1, rows.size()).forEach(row -> line(text, row, widths));
  }

  private static void line(StringBuilder text, List<String> cells, int[] widths) {
    for (int column = 0; column < widths.length; column++) {
      String space = " ".repeat(widths[column] - cells.get(column).length());
      text.append("| ")
          .append(column == 0 ? cells.get(column) + space : space + cells.get(column))
          .append(' ');
    }
    text.append("|\n");
  }
}
