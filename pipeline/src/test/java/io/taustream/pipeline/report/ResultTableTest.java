package io.taustream.pipeline.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.taustream.pipeline.report.EvaluationRecord.Role;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class ResultTableTest {
  @Test
  void alignsTeacherAndStudents() {
    EvaluationRecord teacher = result(Role.TEACHER, "cnn", 0.9312, Double.NaN, Double.NaN);
    EvaluationRecord alone = result(Role.STUDENT, "resnet8", 0.88, Double.NaN, Double.NaN);
    EvaluationRecord taught = result(Role.STUDENT, "resnet8", 0.901, 0.9155, 0.7012);

    String table =
        ResultTable.of(
            List.of(
                run("alone", alone, new StageRecord(1, 1, "student", 1234, 1)),
                run(
                    "+ KL",
                    teacher,
                    taught,
                    new StageRecord(1, 1, "teacher", 400, 1),
                    new StageRecord(1, 2, "teacher", 600, 1)),
                run("not evaluated")));

    assertThat(table)
        .isEqualTo(
            """
                             top-1     NLL     ECE  agreement     τ-b  student img/s  teacher img/s
            ─────────────  ───────  ──────  ──────  ─────────  ──────  ─────────────  ─────────────
            teacher cnn    93.12 %  0.5000  0.0300          –       –              –            500
            alone          88.00 %  0.5000  0.0300          –       –          1,234              –
            + KL           90.10 %  0.5000  0.0300    91.55 %  0.7012              –              –
            not evaluated        –       –       –          –       –              –              –
            """);
  }

  private static EvaluationRecord result(
      Role role, String model, double top1, double agreement, double tau) {
    return new EvaluationRecord(
        1, role, model, 1000, top1, 1, 0.5, 0.03, agreement, tau, List.of());
  }

  private static RunReport run(String name, MetricRecord... metrics) {
    return new RunReport(
        name, RunReport.State.DONE, Instant.EPOCH, "", "", List.of(), List.of(metrics), List.of());
  }
}
