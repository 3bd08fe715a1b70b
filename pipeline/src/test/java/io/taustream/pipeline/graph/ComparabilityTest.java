package io.taustream.pipeline.graph;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taustream.pipeline.report.Comparison;
import io.taustream.pipeline.report.EvaluationRecord;
import io.taustream.pipeline.report.RunReport;
import io.taustream.storage.TaustreamException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ComparabilityTest {
  @Test
  void refusesStudentsThatWereEvaluatedOnSoManyAndOnSoMany() {
    Comparison comparison =
        comparison(run("kl", RunReport.State.DONE, 10_000), run("ce", RunReport.State.DONE, 9_999));

    assertThatThrownBy(() -> Comparability.requireSameSamples(comparison))
        .isInstanceOf(TaustreamException.class)
        .hasMessageContainingAll(
            "kl, seed 7, evaluated on 10,000 test samples (file:/work/kl)",
            "ce, seed 7, evaluated on 9,999 test samples (file:/work/ce)");
  }

  @Test
  void asksOnlyRunsThatAreDone() {
    Comparison comparison =
        comparison(
            run("kl", RunReport.State.DONE, 10_000), run("ce", RunReport.State.STOPPED, 9_999));

    assertThatCode(() -> Comparability.requireSameSamples(comparison)).doesNotThrowAnyException();
  }

  private static Comparison comparison(Comparison.Candidate... candidates) {
    return new Comparison(List.of(7L), List.of(candidates));
  }

  private static Comparison.Candidate run(String name, RunReport.State state, long samples) {
    EvaluationRecord student =
        new EvaluationRecord(
            1,
            EvaluationRecord.Role.STUDENT,
            "net",
            samples,
            0.9,
            1,
            0.5,
            0.03,
            0.9,
            0.7,
            List.of());
    RunReport report =
        new RunReport(name, state, Instant.EPOCH, "", "", List.of(), List.of(student), List.of());
    return new Comparison.Candidate(
        name,
        name + ".yaml",
        "",
        "",
        List.of(new Comparison.SeedRun(7, "file:/work/" + name, report, Optional.empty())));
  }
}
