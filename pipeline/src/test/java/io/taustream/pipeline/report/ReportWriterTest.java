package io.taustream.pipeline.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

class ReportWriterTest {
  private static final Pattern DATA =
      Pattern.compile("<script type=\"application/json\" id=\"data\">(.*?)</script>");

  @Test
  void holdsEveryNumberAndNeedsNoOtherFile() throws IOException {
    String html = ReportWriter.html(kendall());

    write("run.html", html);
    JsonNode run = data(html).get("runs").get(0);
    assertThat(run.at("/student/kendall_tau_b").doubleValue()).isEqualTo(0.71);
    assertThat(run.at("/teacher/top1").doubleValue()).isEqualTo(0.8964);
    assertThat(run.at("/teacher/agreement").isNull()).isTrue();
    assertThat(run.at("/steps/terms/kendall").size()).isEqualTo(run.at("/steps/step").size());
    assertThat(run.at("/stages/busy_share/teacher").size())
        .isEqualTo(run.at("/stages/seconds").size());
    assertThat(run.at("/student/confusion/3").size()).isEqualTo(10);
    assertThat(run.at("/class_names/9").textValue()).isEqualTo("truck");
    assertThat(html)
        .contains("default-src 'none'", "Permission is hereby granted", "var uPlot=")
        .doesNotContain("<link", " src=", "{{");
  }

  @Test
  void showsTheThreeDiagnoses() throws IOException {
    RunReport report = kendall();

    String html = ReportWriter.html(report);

    JsonNode diagnosis = data(html).at("/runs/0/diagnosis");
    assertThat(texts(diagnosis.get("ranks"))).hasSize(10).startsWith("1", "2", "3");
    for (String part : List.of("early", "late")) {
      assertThat(sum(diagnosis.at("/" + part + "/kl"))).isCloseTo(1, within(1e-9));
      assertThat(diagnosis.at("/" + part + "/kendall").size()).isEqualTo(10);
    }
    assertThat(diagnosis.at("/late/kl/9").doubleValue())
        .isLessThan(diagnosis.at("/early/kl/9").doubleValue())
        .isLessThan(diagnosis.at("/late/kendall/9").doubleValue());
    assertThat(diagnosis.get("step").size()).isLessThanOrEqualTo(DiagnosisModel.POINTS);
    for (String pair : List.of("ce/kl", "ce/kendall", "kl/kendall")) {
      assertThat(diagnosis.get("cosines").get(pair).size()).isEqualTo(diagnosis.get("step").size());
    }
    DriftRecord last = report.drifts().get(report.drifts().size() - 1);
    assertThat(diagnosis.at("/drift/epoch/18").intValue()).isEqualTo(19);
    assertThat(diagnosis.at("/drift/turned_wrong/18").doubleValue())
        .isEqualTo((double) last.fellTurnedWrong() / last.klFell());
    assertThat(html)
        .contains(
            "Gradient by the teacher's rank",
            "Cosine between the terms' gradients",
            "Nearer to the teacher, yet wrong");
  }

  @Test
  void averagesTheFirstAndTheLastQuarterOfTheGradients() {
    List<MetricRecord> lines =
        IntStream.rangeClosed(1, 8).mapToObj(ReportWriterTest::gradient).toList();

    DiagnosisModel model = DiagnosisModel.of(kendall().withMetrics(lines));

    assertThat(model.ranks()).containsExactly("1", "2", "3", "4–5", "6–10");
    assertThat(model.even()).containsExactly(0.1, 0.1, 0.1, 0.2, 0.5);
    assertThat(model.early().get("kl").get(0)).isCloseTo(0.15, within(1e-12));
    assertThat(model.late().get("kl").get(0)).isCloseTo(0.75, within(1e-12));
    assertThat(model.norms().get("kl")).hasSize(8);
    assertThat(model.drift().epoch()).isEmpty();
  }

  private static MetricRecord gradient(int n) {
    List<Double> shares = List.of(n / 10.0, 0.0, 0.0, 0.0, 1 - n / 10.0);
    return new GradientRecord(
        n, 0, List.of(1, 2, 3, 5, 10), Map.of("kl", shares), Map.of("kl", 1.0), Map.of());
  }

  private static List<String> texts(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).map(JsonNode::textValue).toList();
  }

  private static double sum(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false)
        .mapToDouble(JsonNode::doubleValue)
        .sum();
  }

  @Test
  void letsNoTextOfTheRunBecomeMarkup() throws IOException {
    String hostile = "</script><script>alert(1)</script><!--{{title}}$1";
    RunReport report =
        new RunReport(
            hostile,
            RunReport.State.FAILED,
            Instant.EPOCH,
            hostile,
            hostile,
            List.of(hostile),
            List.of(),
            List.of(new SkippedSample(hostile, 0, hostile, hostile)));

    String html = ReportWriter.html(report);

    write("hostile.html", html);
    assertThat(html).doesNotContain("<script>alert", "<!--");
    assertThat(data(html).at("/runs/0/configuration").textValue()).isEqualTo(hostile);
    assertThat(html)
        .contains("&lt;script&gt;alert(1)&lt;/script&gt;&lt;!--{{title}}$1 · Taustream");
  }

  @Test
  void comparesSeveralRuns() throws IOException {
    String html =
        ReportWriter.compare(
            "demo",
            List.of(
                SyntheticRun.of("student alone", 20, 0.846, Map.of("ce", 2.3)),
                SyntheticRun.of("+ KL", 20, 0.861, terms(0.23, 6.1, 0)),
                kendall()));

    write("compare.html", html);
    JsonNode data = data(html);
    assertThat(data.get("kind").textValue()).isEqualTo("compare");
    assertThat(data.get("title").textValue()).isEqualTo("demo");
    assertThat(data.get("runs")).hasSize(3);
  }

  @Test
  void reportsARunThatHasDoneNothingYet() throws IOException {
    RunReport report =
        new RunReport(
            "new", RunReport.State.RUNNING, Instant.EPOCH, "", "", List.of(), List.of(), List.of());

    String html = ReportWriter.html(report);

    write("new.html", html);
    assertThat(data(html).at("/runs/0/student").isNull()).isTrue();
  }

  @Test
  void thinsALongCurveToMeansOfNeighbours() {
    List<Integer> lines = IntStream.range(0, 4 * ReportModel.POINTS).boxed().toList();

    List<Double> thin = ReportModel.thin(lines, i -> i % 4 == 3 ? Double.NaN : i);

    assertThat(thin).hasSize(ReportModel.POINTS).startsWith(1.0, 5.0, 9.0);
    assertThat(ReportModel.thin(List.of(1), i -> Double.NaN)).containsExactly(Double.NaN);
  }

  private static RunReport kendall() {
    return SyntheticRun.of("+ KL + Kendall-τ", 20, 0.868, terms(0.23, 6.1, 3.4));
  }

  private static Map<String, Double> terms(double ce, double kl, double kendall) {
    Map<String, Double> terms = new LinkedHashMap<>();
    terms.put("ce", ce);
    terms.put("kl", kl);
    if (kendall > 0) {
      terms.put("kendall", kendall);
    }
    return terms;
  }

  private static JsonNode data(String html) throws IOException {
    Matcher data = DATA.matcher(html);
    assertThat(data.find()).isTrue();
    return new ObjectMapper().readTree(data.group(1));
  }

  /** Leaves the page where it can be looked at. */
  private static void write(String name, String html) throws IOException {
    Path directory = Files.createDirectories(Path.of("target", "reports"));
    Files.writeString(directory.resolve(name), html);
  }
}
