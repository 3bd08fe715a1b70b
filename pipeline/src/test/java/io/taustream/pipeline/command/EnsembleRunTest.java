package io.taustream.pipeline.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Runs with two and three teachers, from labels that each teacher's are made of once. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EnsembleRunTest {
  private static final String ONE = "  - {name: tiny, model: teacher/tiny.onnx, batch: 16}\n";
  private static final String SECOND =
      "  - {name: other, model: teacher/other.onnx, weight: 3, batch: 16}\n";
  private static final String UNWEIGHTED = SECOND.replace(", weight: 3", "");
  private static final String THIRD = "  - {name: third, model: teacher/third.onnx, batch: 16}\n";
  private static final String PROBABILITIES = "ensemble: {average: probabilities}\n";
  private static final int SHARDS = TinyRun.TRAIN.size() + 1;

  @TempDir static Path folder;

  private TinyRun run;
  private JsonNode labelled;
  private JsonNode mean;
  private byte[] student;

  @BeforeAll
  void labelAndTrain() {
    run = TinyRun.in(folder);
    run.teacher("other", TinyShards.CLASSES, 12);
    run.teacher("third", TinyShards.CLASSES, 13);
    run.edit("  epochs: 2\n", "  epochs: 1\n").edit("warmup-epochs: 1", "warmup-epochs: 0.5");
    run.edit(ONE, ONE + SECOND);
    labelled = run.command("label", "CONFIG", "--json").isDone().json();
    mean = run.command("train", "CONFIG", "--json").isDone().json();
    student = run.student();
  }

  /** A configuration beside the run's, which shares its label store. */
  private final class Variant {
    private final Path config;
    private final String name;

    /**
     * @param name the run's
     * @param teachers instead of the second
     */
    Variant(String name, String teachers) {
      this.name = name;
      this.config = folder.resolve(name + "-variant.yaml");
      String text = new String(TinyRun.read(run.config()), StandardCharsets.UTF_8);
      String changed = text.replace("run: tiny\n", "run: " + name + "\n").replace(SECOND, teachers);
      run.write(config, changed.getBytes(StandardCharsets.UTF_8));
    }

    Ended command(String word) {
      return Ended.of(word, config.toString());
    }

    JsonNode json(String word) {
      return Ended.of(word, config.toString(), "--json").isDone().json();
    }

    byte[] student() {
      return TinyRun.read(folder.resolve("work").resolve(name).resolve("student.onnx"));
    }
  }

  @Test
  void labelsWithEachTeacher() {
    assertThat(made(labelled)).containsExactly(SHARDS, SHARDS);
    assertThat(labelsOf("tiny")).isEqualTo(SHARDS);
    assertThat(labelsOf("other")).isEqualTo(SHARDS);
  }

  private long labelsOf(String teacher) {
    return run.labelFiles().keySet().stream().filter(f -> f.startsWith(teacher + "-")).count();
  }

  @Test
  void eachTeacherIsEvaluatedByItsOwnLogits() {
    JsonNode alone = new Variant("alone", "").json("label");

    assertThat(made(alone)).containsExactly(0);
    assertThat(labelled.get("teachers").get(0).get("test"))
        .isEqualTo(alone.get("teachers").get(0).get("test"));
  }

  @Test
  void aThirdTeacherCostsOnlyItsOwnLabels() {
    Map<String, ByteBuffer> before = new TreeMap<>(run.labelFiles());
    Variant three = new Variant("three", SECOND + THIRD);

    assertThat(made(three.json("label"))).containsExactly(0, 0, SHARDS);
    assertThat(made(three.json("label"))).containsExactly(0, 0, 0);
    Map<String, ByteBuffer> after = run.labelFiles();
    assertThat(after).containsAllEntriesOf(before).hasSize(before.size() + SHARDS);
    three.command("train").isDone();
    assertThat(three.student()).isNotEqualTo(student);
  }

  @Test
  void anotherSetOfTeachersIsAnotherRun() {
    for (String teachers :
        List.of("", SECOND.replace("weight: 3", "weight: 2"), SECOND + PROBABILITIES)) {
      new Variant("tiny", teachers)
          .command("train")
          .failed(1, "was made with another configuration", "--fresh");
    }
    assertThat(new Variant("tiny", SECOND).json("train").get("already").asBoolean()).isTrue();
  }

  @Test
  void probabilitiesAreAveragedFromTheSameLabels() {
    Map<String, ByteBuffer> labels = run.labelFiles();
    Variant probabilities = new Variant("probabilities", SECOND + PROBABILITIES);

    JsonNode found = probabilities.json("train");
    JsonNode again = probabilities.json("eval");

    assertThat(found.get("teacher").get("nll").asDouble()).isPositive();
    assertThat(found.get("teacher")).isNotEqualTo(mean.get("teacher"));
    assertThat(again.get("teacher")).isEqualTo(found.get("teacher"));
    assertThat(again.get("student")).isEqualTo(found.get("student"));
    assertThat(probabilities.student()).isNotEqualTo(student);
    assertThat(run.labelFiles()).containsAllEntriesOf(labels);
  }

  @Test
  void theMeanOfProbabilitiesHasNoHigherNllThanTheTeachersInTheMean() {
    JsonNode found = new Variant("bound", UNWEIGHTED + PROBABILITIES).json("train");

    // −ln is convex.
    double first = labelled.get("teachers").get(0).get("test").get("nll").asDouble();
    double second = labelled.get("teachers").get(1).get("test").get("nll").asDouble();
    assertThat(found.get("teacher").get("nll").asDouble())
        .isLessThanOrEqualTo((first + second) / 2 + 1e-6);
  }

  /** With one epoch, only view 0 is trained on: the first teacher's. */
  @Test
  void byViewTrainsOnTheTeacherOfTheView() {
    Variant byView = new Variant("by-view", UNWEIGHTED + "ensemble: {teachers: by-view}\n");
    Variant first = new Variant("first", "");

    JsonNode trained = byView.json("train");
    first.command("train").isDone();

    assertThat(byView.student()).isEqualTo(first.student()).isNotEqualTo(student);
    // The test images are no view: there the student is compared with the mean of both.
    JsonNode both = new Variant("both", UNWEIGHTED).json("train");
    assertThat(trained.get("teacher")).isEqualTo(both.get("teacher"));
  }

  private static List<Integer> made(JsonNode labelling) {
    List<Integer> made = new ArrayList<>();
    labelling.get("teachers").forEach(teacher -> made.add(teacher.get("made").asInt()));
    return made;
  }
}
