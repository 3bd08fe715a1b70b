package io.taustream.pipeline.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a reader of the report sees. */
class RenderedReportTest {
  @TempDir Path folder;

  @Test
  void aRunShowsItsThreeDiagnosesWithTheirNumbers() throws IOException, InterruptedException {
    String html = ReportWriter.html(ReportWriterTest.kendall());
    JsonNode diagnosis = ReportWriterTest.data(html).at("/run/diagnosis");

    RenderedPage page = RenderedPage.of(html, folder);

    assertThat(page.figure("Gradient by the teacher's rank, first quarter of training"))
        .contains("<canvas", cell("%.2f %%", 100, diagnosis.at("/early/kl/0")));
    assertThat(page.figure("Gradient by the teacher's rank, last quarter of training"))
        .contains(
            "<canvas",
            cell("%.2f %%", 100, diagnosis.at("/late/kl/0")),
            cell("%.2f %%", 100, diagnosis.at("/late/kendall/9")));
    assertThat(page.figure("Cosine between the terms' gradients"))
        .contains("<canvas", cell("%.3f", 1, last(diagnosis.at("/cosines").get("kl/kendall"))));
    assertThat(page.figure("Nearer to the teacher, yet wrong"))
        .contains(
            "<canvas",
            cell("%.2f %%", 100, last(diagnosis.at("/drift/turned_wrong"))),
            cell("%.2f %%", 100, last(diagnosis.at("/drift/turned_right"))));
  }

  @Test
  void aComparisonShowsTheThreeDiagnosesOfEachConfiguration()
      throws IOException, InterruptedException {
    String html = ReportWriter.compare("demo", comparison());
    JsonNode kendall = ReportWriterTest.data(html).at("/comparison/candidates/2/diagnosis");

    RenderedPage page = RenderedPage.of(html, folder);

    assertThat(page.tables("+ KL + Kendall-τ: kendall"))
        .singleElement()
        .asString()
        .contains("+ KL: kl", "every channel alike")
        .contains(">" + number("%.1f", 100, kendall.at("/late/kendall/0")) + "</td>");
    assertThat(page.figure("Cosine between the terms' gradients: kl · kendall"))
        .contains(
            "<canvas",
            number("%.3f", 1, last(kendall.at("/cosines").get("kl/kendall").get("mean"))));
    assertThat(page.figure("Nearer to the teacher, yet wrong"))
        .contains("<canvas", number("%.2f %%", 100, last(kendall.at("/turned_wrong/mean"))));
    assertThat(page.figure("Nearer to the teacher, and right"))
        .contains("<canvas", number("%.2f %%", 100, last(kendall.at("/turned_right/mean"))));
  }

  @Test
  void onlyRowsWithAllSeedsAreMarkedAndPairsAreCounted() throws IOException, InterruptedException {
    RenderedPage page = RenderedPage.of(ReportWriter.compare("demo", comparison()), folder);

    String table = page.tables("points to student alone").get(0);
    // The last one is ahead, but of two seeds only.
    assertThat(row(table, "+ KL")).contains("class=\"best\"");
    assertThat(row(table, "+ KL + Kendall-τ"))
        .contains("2 of 3", "(2 of 3)")
        .doesNotContain("best");
  }

  @Test
  void otherGroupsOfRanksHaveATableOfTheirOwn() throws IOException, InterruptedException {
    Comparison.Candidate topK =
        new Comparison.Candidate("top-k", "top-k.yaml", "", "", List.of(run(withOtherRanks())));
    Comparison comparison =
        new Comparison(
            List.of(7L),
            List.of(
                ReportWriterTest.candidate("dense", ReportWriterTest.terms(0.2, 6, 3), 0.8), topK));

    RenderedPage page = RenderedPage.of(ReportWriter.compare("groups", comparison), folder);

    assertThat(page.tables("dense: kl")).singleElement().asString().contains(">10</th>");
    assertThat(page.tables("top-k: kl"))
        .singleElement()
        .asString()
        .contains(">6–10</th>")
        .doesNotContain("dense: kl");
  }

  @Test
  void theLegendSaysWhereEachCurveEnded() throws IOException, InterruptedException {
    Comparison comparison =
        new Comparison(
            List.of(7L),
            List.of(
                new Comparison.Candidate(
                    "long", "", "", "", List.of(run(List.of(epoch(0, 0.5), epoch(1, 0.75))))),
                new Comparison.Candidate(
                    "short", "", "", "", List.of(run(List.of(epoch(0, 0.25)))))));

    RenderedPage page = RenderedPage.of(ReportWriter.compare("ends", comparison), folder);

    String figure = page.figure("Top-1 on the test data");
    assertThat(figure.substring(figure.indexOf("u-legend"), figure.indexOf("<figcaption")))
        .contains("75.00 %", "25.00 %");
  }

  @Test
  void aComparisonOfNothingYetIsAPage() throws IOException, InterruptedException {
    Comparison comparison =
        new Comparison(
            List.of(7L, 8L),
            List.of(
                new Comparison.Candidate("kl", "kl.yaml", "resnet8", "run: kl\n", List.of()),
                new Comparison.Candidate("ce", "ce.yaml", "resnet8", "run: ce\n", List.of())));

    RenderedPage page = RenderedPage.of(ReportWriter.compare("nothing", comparison), folder);

    assertThat(page.dom()).contains("Nothing has been trained to its end yet", "kl: resnet8");
  }

  private static Comparison comparison() {
    return new Comparison(
        List.of(7L, 8L, 9L),
        List.of(
            ReportWriterTest.candidate("student alone", Map.of("ce", 2.3), 0.846, 0.852, 0.843),
            ReportWriterTest.candidate(
                "+ KL", ReportWriterTest.terms(0.23, 6.1, 0), 0.861, 0.865, 0.858),
            ReportWriterTest.candidate(
                "+ KL + Kendall-τ", ReportWriterTest.terms(0.23, 6.1, 3.4), 0.868, 0.874)));
  }

  private static Comparison.SeedRun run(List<MetricRecord> metrics) {
    RunReport report = ReportWriterTest.kendall().withMetrics(metrics);
    return new Comparison.SeedRun(7, "file:/work", report, Optional.empty());
  }

  private static EpochRecord epoch(int epoch, double top1) {
    return new EpochRecord(10L * (epoch + 1), epoch, 1, 80, 1.5, top1, 1);
  }

  /** A run's lines, with gradients of other groups of ranks. */
  private static List<MetricRecord> withOtherRanks() {
    List<MetricRecord> lines = new ArrayList<>(ReportWriterTest.kendall().metrics());
    lines.removeIf(GradientRecord.class::isInstance);
    return Stream.concat(
            IntStream.rangeClosed(1, 8).mapToObj(ReportWriterTest::gradient), lines.stream())
        .toList();
  }

  private static String row(String table, String name) {
    int begin = table.indexOf("<th scope=\"row\">" + name + "</th>");
    assertThat(begin).as(name).isPositive();
    return table.substring(begin, table.indexOf("</tr>", begin));
  }

  private static JsonNode last(JsonNode column) {
    return column.get(column.size() - 1);
  }

  private static String cell(String format, double unit, JsonNode number) {
    return "<td>" + number(format, unit, number) + "</td>";
  }

  private static String number(String format, double unit, JsonNode number) {
    assertThat(number.isNumber()).isTrue();
    return String.format(Locale.ROOT, format, unit * number.doubleValue());
  }
}
