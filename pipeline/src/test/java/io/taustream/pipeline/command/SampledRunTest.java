package io.taustream.pipeline.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A run on sampled labels: two of three classes are drawn, perhaps the same twice. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SampledRunTest {
  private static final String OTHERS =
      """
        - {type: kendall, weight: {from: 0, to: 1, epochs: 1.5}, surrogate: tanh, pairing: sign}
        - {type: ctkd, weight: 0.5, lambda-epochs: 1.5}
      """;

  @TempDir static Path folder;

  private TinyRun run;
  private JsonNode trained;

  @BeforeAll
  void labelAndTrain() {
    run = tiny("one");
    run.command("label", "CONFIG").isDone();
    trained = run.command("train", "CONFIG", "--json").isDone().json();
  }

  private static TinyRun tiny(String name) {
    return TinyRun.in(folder.resolve(name))
        .edit(
            "labels: {store: ./work/labels}",
            "labels: {store: ./work/labels, encoding: sampled, n: 2}")
        .edit(OTHERS, "");
  }

  @Test
  void trainsAStudent() {
    assertThat(trained.get("state").asText()).isEqualTo("done");
    assertThat(trained.get("steps").asInt()).isEqualTo(TinyRun.STEPS);
    JsonNode student = trained.get("student");
    for (String metric : new String[] {"top1", "nll", "agreement", "kendallTauB"}) {
      assertThat(student.get(metric).isNumber()).as(metric).isTrue();
    }
    assertThat(trained.get("teacher").get("nll").isNumber()).isTrue();
  }

  @Test
  void knowsHowOftenTheTeacherIsRight() {
    TinyRun dense = TinyRun.in(folder.resolve("dense")).edit(OTHERS, "");
    JsonNode teacher = dense.command("run", "CONFIG", "--json").isDone().json().get("teacher");

    assertThat(trained.get("teacher").get("top1")).isEqualTo(teacher.get("top1"));
  }

  @Test
  void evalAgreesWithTheEndOfTraining() {
    JsonNode found = run.command("eval", "CONFIG", "--json").isDone().json();

    assertThat(found.get("student")).isEqualTo(trained.get("student"));
    assertThat(found.get("teacher")).isEqualTo(trained.get("teacher"));
  }

  @Test
  void runTrainsTheSameStudentAsLabelThenTrain() {
    TinyRun both = tiny("both");

    both.command("run", "CONFIG").isDone();

    assertThat(both.student()).isEqualTo(run.student());
    assertThat(both.labelFiles()).isEqualTo(run.labelFiles());
  }

  @Test
  void compressedLabelsTrainTheSameStudent() {
    TinyRun compressed = tiny("compressed").edit("n: 2}", "n: 2, compression: zstd}");

    compressed.command("run", "CONFIG").isDone();

    assertThat(compressed.student()).isEqualTo(run.student());
    assertThat(compressed.labelFiles()).isNotEqualTo(run.labelFiles());
    compressed.command("labels", "verify", "CONFIG").isDone();
    // The labels are there already, whatever their compression.
    var labels = compressed.labelFiles();
    compressed.edit(", compression: zstd}", "}").command("label", "CONFIG").isDone();
    assertThat(compressed.labelFiles()).isEqualTo(labels);
  }
}
