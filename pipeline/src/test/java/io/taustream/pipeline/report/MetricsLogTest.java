package io.taustream.pipeline.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taustream.pipeline.report.EvaluationRecord.Role;
import io.taustream.storage.TaustreamException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricsLogTest {
  @TempDir Path directory;

  @Test
  void givesBackEveryKindAsItWasWritten() {
    List<MetricRecord> written =
        List.of(
            step(20),
            new StageRecord(20, 1.5, "decode", 812.25, 0.5),
            gradient(21),
            epoch(390, 0),
            evaluation(390),
            drift(780));

    try (MetricsLog log = MetricsLog.open(file())) {
      written.forEach(log::append);
    }

    assertThat(MetricsLog.read(file())).isEqualTo(written);
  }

  @Test
  void writesOneObjectALineWithNullForWhatIsNotFinite() throws IOException {
    try (MetricsLog log = MetricsLog.open(file())) {
      log.append(new StepRecord(20, 0, Double.POSITIVE_INFINITY, Map.of("ce", Double.NaN), 0.1));
    }

    assertThat(Files.readString(file()))
        .isEqualTo(
            """
            {"kind":"step","step":20,"epoch":0,"loss":null,"terms":{"ce":null},"learning_rate":0.1}
            """);
  }

  @Test
  void takesAMissingNumberForNotKnown() throws IOException {
    Files.writeString(file(), "{\"kind\":\"stage\",\"step\":1,\"stage\":\"read\",\"later\":1}\n");

    assertThat(MetricsLog.read(file()))
        .containsExactly(new StageRecord(1, Double.NaN, "read", Double.NaN, Double.NaN));
  }

  @Test
  void doublesNothingWhenARunResumes() {
    try (MetricsLog log = MetricsLog.open(file())) {
      List.of(step(20), step(40), epoch(40, 0), evaluation(40), step(60)).forEach(log::append);
    }

    try (MetricsLog log = MetricsLog.open(file())) {
      log.truncateAfter(40);
      List.of(epoch(40, 0), evaluation(40), step(40), step(60), step(80), epoch(80, 1))
          .forEach(log::append);
    }

    assertThat(MetricsLog.read(file()))
        .containsExactly(
            step(20), step(40), epoch(40, 0), evaluation(40), step(60), step(80), epoch(80, 1));
    assertThat(directory).isDirectoryContaining("glob:**/metrics.jsonl");
    assertThat(directory.toFile().list()).hasSize(1);
  }

  @Test
  void doublesNoDiagnosisWhenARunResumes() {
    try (MetricsLog log = MetricsLog.open(file())) {
      List.of(gradient(1), gradient(21), drift(30), gradient(41), drift(60)).forEach(log::append);
    }

    try (MetricsLog log = MetricsLog.open(file())) {
      log.truncateAfter(30);
      List.of(gradient(21), drift(30), gradient(41), drift(60), gradient(61)).forEach(log::append);
    }

    assertThat(MetricsLog.read(file()))
        .containsExactly(
            gradient(1), gradient(21), drift(30), gradient(41), drift(60), gradient(61));
  }

  @Test
  void isEmptyAgainForARunThatBeginsAnew() {
    try (MetricsLog log = MetricsLog.open(file())) {
      List.of(step(20), epoch(40, 0), evaluation(40)).forEach(log::append);
      log.truncateAfter(-1);
      List.of(evaluation(40), step(20)).forEach(log::append);
    }

    assertThat(MetricsLog.read(file())).containsExactly(evaluation(40), step(20));
  }

  @Test
  void dropsALineThatWasCutOff() throws IOException {
    try (MetricsLog log = MetricsLog.open(file())) {
      log.append(step(20));
    }
    Files.writeString(file(), "{\"kind\":\"step\",\"st", StandardOpenOption.APPEND);
    assertThat(MetricsLog.read(file())).containsExactly(step(20));

    try (MetricsLog log = MetricsLog.open(file())) {
      log.append(step(40));
    }

    assertThat(MetricsLog.read(file())).containsExactly(step(20), step(40));
  }

  @Test
  void countsRunningTimeOverStarts() {
    try (MetricsLog log = MetricsLog.open(file())) {
      assertThat(log.seconds()).isZero();
      log.append(new StageRecord(10, 30, "student", 1, 1));
      log.append(new StageRecord(20, 60, "student", 1, 1));
    }

    try (MetricsLog log = MetricsLog.open(file())) {
      assertThat(log.seconds()).isEqualTo(60);
      log.truncateAfter(10);
      assertThat(log.seconds()).isEqualTo(30);
    }
  }

  @Test
  void namesFileAndLineOfWhatItDidNotWrite() throws IOException {
    Files.writeString(file(), "{\"kind\":\"stage\",\"step\":1,\"stage\":\"read\"}\nhello\n");

    assertThatThrownBy(() -> MetricsLog.open(file()))
        .isInstanceOf(TaustreamException.class)
        .hasMessageStartingWith(file() + ":2: not a line that Taustream wrote")
        .hasMessageEndingWith("remove the line, or start over with --fresh");
  }

  @Test
  void listsASkippedSampleOnce() {
    Path file = directory.resolve("skipped.jsonl");
    SkippedSample bad = new SkippedSample("a.tar", 3, "x", "not an image");
    try (SkippedLog log = SkippedLog.open(file)) {
      assertThat(log.append(bad)).isTrue();
      assertThat(log.append(bad)).isFalse();
    }

    try (SkippedLog log = SkippedLog.open(file)) {
      assertThat(log.append(bad)).isFalse();
      assertThat(log.append(new SkippedSample("b.tar", 3, "x", "not an image"))).isTrue();
      assertThat(log.size()).isEqualTo(2);
    }

    assertThat(SkippedLog.read(file))
        .extracting(SkippedSample::shard)
        .containsExactly("a.tar", "b.tar");
  }

  private Path file() {
    return directory.resolve("metrics.jsonl");
  }

  private static StepRecord step(long step) {
    return new StepRecord(step, 0, 1.5, Map.of("ce", 1.0, "kl", 0.5), 0.1);
  }

  private static EvaluationRecord evaluation(long step) {
    return new EvaluationRecord(
        step,
        Role.STUDENT,
        "resnet8",
        10_000,
        0.8,
        0.99,
        0.61,
        0.02,
        Double.NaN,
        Double.NaN,
        List.of(List.of(3, 1), List.of(0, 4)));
  }

  private static GradientRecord gradient(long step) {
    return new GradientRecord(
        step,
        0,
        List.of(1, 2, 3, 5),
        Map.of("kl", List.of(0.5, 0.25, 0.125, 0.125)),
        Map.of("kl", 0.25, "kendall", 0.0),
        Map.of("kl/kendall", -0.5));
  }

  private static DriftRecord drift(long step) {
    return new DriftRecord(step, 1, 100, 7, 8, 60, 50, 3, 5);
  }

  private static EpochRecord epoch(long step, int epoch) {
    return new EpochRecord(step, epoch, 54.5, 50_000, 1.2, Double.NaN, Double.NaN);
  }
}
