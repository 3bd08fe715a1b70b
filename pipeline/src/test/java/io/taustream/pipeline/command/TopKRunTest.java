package io.taustream.pipeline.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A run of every loss on top-k labels: 1 of 3 classes is kept. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TopKRunTest {
  private static final String CTKD = "  - {type: ctkd, weight: 0.5, lambda-epochs: 1.5}\n";
  private static final String OTHERS =
      """
        - {type: kl, weight: 0.1, temperature: 3, standardize: true}
        - {type: dkd, weight: 0.1}
        - {type: dist, weight: 0.1}
        - {type: mlkd, weight: 0.1}
      """;

  @TempDir static Path folder;

  private TinyRun run;
  private JsonNode trained;

  @BeforeAll
  void labelAndTrain() {
    run = tiny("one", 1);
    run.command("label", "CONFIG").isDone();
    trained = run.command("train", "CONFIG", "--json").isDone().json();
  }

  private static TinyRun tiny(String name, int k) {
    return TinyRun.in(folder.resolve(name))
        .edit(
            "labels: {store: ./work/labels}",
            "labels: {store: ./work/labels, encoding: top-k, k: %d}".formatted(k))
        .edit(CTKD, CTKD + OTHERS);
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
  void evalAgreesWithTheEndOfTraining() {
    JsonNode found = run.command("eval", "CONFIG", "--json").isDone().json();

    assertThat(found.get("student")).isEqualTo(trained.get("student"));
    assertThat(found.get("teacher")).isEqualTo(trained.get("teacher"));
  }

  @Test
  void runTrainsTheSameStudentAsLabelThenTrain() {
    TinyRun both = tiny("both", 1);

    both.command("run", "CONFIG").isDone();

    assertThat(both.student()).isEqualTo(run.student());
    assertThat(both.labelFiles()).isEqualTo(run.labelFiles());
  }

  @Test
  void allButOneClassAgreesWithTheTeacherAsAllClassesDo() {
    TinyRun most = tiny("most", 2);
    TinyRun dense =
        TinyRun.in(folder.resolve("dense"))
            .edit(
                "labels: {store: ./work/labels}",
                "labels: {store: ./work/labels, encoding: dense-f32}")
            .edit(CTKD, CTKD + OTHERS);

    JsonNode found = most.command("run", "CONFIG", "--json").isDone().json().get("student");
    JsonNode expected = dense.command("run", "CONFIG", "--json").isDone().json().get("student");

    assertThat(found.get("nll").asDouble()).isCloseTo(expected.get("nll").asDouble(), within(0.02));
  }

  @Test
  void severalTeachersAreRefused() {
    TinyRun two =
        tiny("two", 1)
            .edit(
                "  - {name: tiny, model: teacher/tiny.onnx, batch: 16}",
                """
                  - {name: tiny, model: teacher/tiny.onnx, batch: 16}
                  - {name: second, model: teacher/tiny.onnx, batch: 16}""");

    two.command("label", "CONFIG")
        .failed(2, "labels.encoding", "top-k", "they have no mean", "one teacher", "by-view");
  }
}
