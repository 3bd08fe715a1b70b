package io.taustream.pipeline.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.taustream.pipeline.report.Comparison.Candidate;
import io.taustream.pipeline.report.Comparison.SeedRun;
import io.taustream.pipeline.report.EvaluationRecord.Role;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ComparisonTableTest {
  private static final EvaluationRecord TEACHER =
      result(Role.TEACHER, 0.9312, Double.NaN, Double.NaN);

  @Test
  void isMarkdownWithMeansDeviationsAndPairedDifferences() {
    Candidate kl =
        candidate("kl", done(7, 0.88, TEACHER), done(8, 0.89, TEACHER), done(9, 0.90, TEACHER));
    Candidate kendall = candidate("kl-kendall", done(7, 0.89), done(8, 0.90), done(9, 0.92));

    String table = ComparisonTable.of(new Comparison(List.of(7L, 8L, 9L), List.of(kl, kendall)));

    assertThat(table)
        .isEqualTo(
            """
            |             | seeds |      top-1 % |  best |        to kl |    NLL |    ECE | agreement % |    τ-b |
            |:------------|------:|-------------:|------:|-------------:|-------:|-------:|------------:|-------:|
            | teacher net |       |        93.12 |       |              | 0.5000 | 0.0300 |             |        |
            | kl          |     3 | 89.00 ± 1.00 | 90.00 |              | 0.5000 | 0.0300 |       91.55 | 0.7012 |
            | kl-kendall  |     3 | 90.33 ± 1.53 | 92.00 | +1.33 ± 0.58 | 0.5000 | 0.0300 |       91.55 | 0.7012 |
            """);
  }

  @Test
  void marksWhatFailedAndWhatIsNotThere() {
    Candidate kl = candidate("kl", done(7, 0.88), done(8, 0.89));
    Candidate broken =
        candidate(
            "broken",
            new SeedRun(
                7,
                "",
                report(RunReport.State.FAILED, result(Role.STUDENT, 0.1, 0.1, 0)),
                Optional.of("Step 3 has a loss of NaN")),
            done(8, 0.87));
    Candidate stopped =
        candidate("stopped", new SeedRun(7, "", report(RunReport.State.STOPPED), Optional.empty()));

    String table =
        ComparisonTable.of(new Comparison(List.of(7L, 8L), List.of(kl, broken, stopped)));

    assertThat(table.lines().map(line -> line.replaceAll(" +", " ")))
        .contains(
            "| broken | 1 of 2 | 87.00 | 87.00 | -2.00 (1 of 2) | 0.5000 | 0.0300 | 91.55 | 0.7012 |",
            "| stopped | 0 of 2 | – | – | – | – | – | – | – |",
            "broken, seed 7: failed: Step 3 has a loss of NaN",
            "stopped, seed 7: stopped before its last epoch");
  }

  @Test
  void oneSeedNeedsNeitherCountNorBestAndMayTellTheThroughput() {
    Candidate alone =
        candidate("alone", done(7, 0.88, TEACHER, new StageRecord(1, 1, "student", 1234, 1)));
    Candidate taught =
        candidate(
            "taught",
            done(
                7,
                0.90,
                new StageRecord(0, 0, "teacher", 500, 1),
                new StageRecord(1, 1, "student", 1000, 1)));

    String table =
        ComparisonTable.withThroughput(new Comparison(List.of(7L), List.of(alone, taught)));

    assertThat(table)
        .isEqualTo(
            """
            |             | top-1 % | to alone |    NLL |    ECE | agreement % |    τ-b | student img/s | teacher img/s |
            |:------------|--------:|---------:|-------:|-------:|------------:|-------:|--------------:|--------------:|
            | teacher net |   93.12 |          | 0.5000 | 0.0300 |             |        |               |           500 |
            | alone       |   88.00 |          | 0.5000 | 0.0300 |       91.55 | 0.7012 |         1,234 |             – |
            | taught      |   90.00 |    +2.00 | 0.5000 | 0.0300 |       91.55 | 0.7012 |         1,000 |             – |
            """);
  }

  private static Candidate candidate(String name, SeedRun... runs) {
    return new Candidate(name, name + ".yaml", "", "", List.of(runs));
  }

  private static SeedRun done(long seed, double top1, MetricRecord... more) {
    MetricRecord[] metrics = Arrays.copyOf(more, more.length + 1);
    metrics[more.length] = result(Role.STUDENT, top1, 0.9155, 0.7012);
    return new SeedRun(seed, "", report(RunReport.State.DONE, metrics), Optional.empty());
  }

  private static RunReport report(RunReport.State state, MetricRecord... metrics) {
    return new RunReport("", state, Instant.EPOCH, "", "", List.of(), List.of(metrics), List.of());
  }

  private static EvaluationRecord result(Role role, double top1, double agreement, double tau) {
    return new EvaluationRecord(
        1, role, "net", 1000, top1, 1, 0.5, 0.03, agreement, tau, List.of());
  }
}
