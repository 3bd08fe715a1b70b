package io.taustream.pipeline.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
    JsonNode run = data(html).get("run");
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
  void hasTheNumbersOfTheThreeDiagnoses() throws IOException {
    RunReport report = kendall();

    String html = ReportWriter.html(report);

    JsonNode diagnosis = data(html).at("/run/diagnosis");
    assertThat(texts(diagnosis.get("ranks"))).hasSize(10).startsWith("1", "2", "3");
    for (String part : List.of("early", "late")) {
      assertThat(sum(diagnosis.at("/" + part + "/kl"))).isCloseTo(1, offset(1e-9));
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
  }

  @Test
  void averagesTheFirstAndTheLastQuarterOfTheGradients() {
    List<MetricRecord> lines =
        IntStream.rangeClosed(1, 8).mapToObj(ReportWriterTest::gradient).toList();

    DiagnosisModel model = DiagnosisModel.of(kendall().withMetrics(lines));

    assertThat(model.ranks()).containsExactly("1", "2", "3", "4–5", "6–10");
    assertThat(model.even()).containsExactly(0.1, 0.1, 0.1, 0.2, 0.5);
    assertThat(model.early().get("kl").get(0)).isCloseTo(0.15, offset(1e-12));
    assertThat(model.late().get("kl").get(0)).isCloseTo(0.75, offset(1e-12));
    assertThat(model.norms().get("kl")).hasSize(8);
    assertThat(model.drift().epoch()).isEmpty();
  }

  static MetricRecord gradient(int n) {
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
    assertThat(data(html).at("/run/configuration").textValue()).isEqualTo(hostile);
    assertThat(html)
        .contains("&lt;script&gt;alert(1)&lt;/script&gt;&lt;!--{{title}}$1 · Taustream");
  }

  @Test
  void comparesSeveralRuns() throws IOException {
    Comparison comparison =
        new Comparison(
            List.of(7L, 8L, 9L),
            List.of(
                candidate("student alone", Map.of("ce", 2.3), 0.846, 0.852, 0.843),
                candidate("+ KL", terms(0.23, 6.1, 0), 0.861, 0.865, 0.858),
                candidate("+ KL + Kendall-τ", terms(0.23, 6.1, 3.4), 0.868, 0.874)));

    String html = ReportWriter.compare("demo", comparison);

    write("compare.html", html);
    JsonNode data = data(html);
    assertThat(data.get("kind").textValue()).isEqualTo("compare");
    assertThat(data.get("title").textValue()).isEqualTo("demo");
    JsonNode candidates = data.at("/comparison/candidates");
    assertThat(candidates).hasSize(3);
    assertThat(data.at("/comparison/teachers/0/results/top1").doubleValue()).isEqualTo(0.8964);
    JsonNode kl = candidates.get(1);
    assertThat(kl.at("/statistics/top1/mean").doubleValue()).isCloseTo(0.8613, offset(1e-4));
    assertThat(kl.at("/differences/mean").doubleValue()).isCloseTo(0.0143, offset(1e-4));
    assertThat(kl.at("/curves/test_top1/x")).hasSize(20);
    assertThat(kl.at("/curves/test_top1/deviation/0").doubleValue()).isPositive();
    // Its second epoch was not evaluated.
    assertThat(kl.at("/curves/test_top1/mean/1").isNull()).isTrue();
    JsonNode diagnosis = candidates.at("/2/diagnosis");
    assertThat(diagnosis.at("/late/kendall")).hasSize(diagnosis.get("ranks").size());
    assertThat(diagnosis.at("/cosines").get("kl/kendall").get("x")).hasSize(190);
    assertThat(diagnosis.at("/turned_wrong/mean")).hasSize(19);
    assertThat(diagnosis.at("/turned_wrong/deviation/0").doubleValue()).isPositive();
    assertThat(candidates.at("/0/diagnosis/late")).isEmpty();
    assertThat(candidates.at("/2/statistics/top1/count").intValue()).isEqualTo(2);
    assertThat(candidates.at("/2/runs")).hasSize(3);
    assertThat(candidates.at("/2/runs/2/failure").textValue()).isEqualTo("a loss of NaN");
  }

  @Test
  void reportsARunThatHasDoneNothingYet() throws IOException {
    RunReport report =
        new RunReport(
            "new", RunReport.State.RUNNING, Instant.EPOCH, "", "", List.of(), List.of(), List.of());

    String html = ReportWriter.html(report);

    write("new.html", html);
    assertThat(data(html).at("/run/student").isNull()).isTrue();
  }

  @Test
  void thinsALongCurveToMeansOfNeighbours() {
    List<Integer> lines = IntStream.range(0, 4 * ReportModel.POINTS).boxed().toList();

    List<Double> thin = ReportModel.thin(lines, i -> i % 4 == 3 ? Double.NaN : i);

    assertThat(thin).hasSize(ReportModel.POINTS).startsWith(1.0, 5.0, 9.0);
    assertThat(ReportModel.thin(List.of(1), i -> Double.NaN)).containsExactly(Double.NaN);
  }

  /** With one top-1 a seed from 7 on; below three, the last run failed. */
  static Comparison.Candidate candidate(String name, Map<String, Double> terms, double... top1) {
    List<Comparison.SeedRun> runs = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      long seed = 7L + i;
      RunReport done = SyntheticRun.of(name + "-seed" + seed, 20, top1[i % top1.length], terms);
      boolean failed = i >= top1.length;
      runs.add(
          new Comparison.SeedRun(
              seed,
              "file:/work/" + done.run(),
              failed ? failed(done) : done,
              failed ? Optional.of("a loss of NaN") : Optional.empty()));
    }
    return new Comparison.Candidate(
        name, name + ".yaml", "resnet8 from resnet56", "run: " + name + "\n", runs);
  }

  private static RunReport failed(RunReport run) {
    return new RunReport(
        run.run(),
        RunReport.State.FAILED,
        run.date(),
        run.summary(),
        run.configuration(),
        run.classNames(),
        run.metrics().subList(0, 40),
        List.of());
  }

  static RunReport kendall() {
    return SyntheticRun.of("+ KL + Kendall-τ", 20, 0.868, terms(0.23, 6.1, 3.4));
  }

  static Map<String, Double> terms(double ce, double kl, double kendall) {
    Map<String, Double> terms = new LinkedHashMap<>();
    terms.put("ce", ce);
    terms.put("kl", kl);
    if (kendall > 0) {
      terms.put("kendall", kendall);
    }
    return terms;
  }

  static JsonNode data(String html) throws IOException {
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
